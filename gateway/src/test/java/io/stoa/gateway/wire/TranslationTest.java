package io.stoa.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TranslationTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    static List<String[]> translations() {
        return WireCases.read("translations.tsv", 3);
    }

    @ParameterizedTest
    @MethodSource("translations")
    void saysTheSameInChatCompletions(String word, String column, String expected) {
        ApiCall call = WireCases.call(word);
        byte[] body = WireCases.body(call, column);
        RequestScan.scan(call, body);

        if (expected.startsWith("{")) {
            byte[] chat = Translation.of(call, body).chat();
            assertThat(JSON.readTree(chat)).isEqualTo(JSON.readTree(expected));
            RequestScan.scan(ApiCall.CHAT_COMPLETIONS, chat);
        } else {
            RefusedRequest refused = catchThrowableOfType(RefusedRequest.class, () -> Translation.of(call, body));
            assertThat(refused).isNotNull();
            assertThat(WireCases.words(refused.error())).isEqualTo(expected);
        }
    }

    private static Translation of(ApiCall call) {
        return Translation.of(call, WireCases.body(call, "+"));
    }

    private static byte[] stream(String... chunks) {
        StringBuilder stream = new StringBuilder();
        for (String chunk : chunks) {
            stream.append("data: ").append(chunk).append("\n\n");
        }
        return stream.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String delta(String delta) {
        return "{\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":null}]}";
    }

    private static final byte[] MIXED = stream(
            delta("{\"role\":\"assistant\",\"content\":\"\"}"),
            delta("{\"reasoning_content\":\"hm\"}"),
            delta("{\"content\":\"Grüß \"}"),
            delta("{\"content\":\"dich 漢\"}"),
            delta(
                    "{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\"\"}}]}"),
            delta("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\":1}\"}}]}"),
            delta("{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]}"),
            "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}",
            "{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5}}",
            "[DONE]");

    @ParameterizedTest
    @EnumSource(names = {"RESPONSES", "MESSAGES"})
    void theSameEventsWhereverTheStreamIsCut(ApiCall call) {
        List<String> whole = shapes(tell(of(call).events(), List.of(MIXED)));
        for (int cut = 0; cut <= MIXED.length; cut++) {
            assertThat(shapes(tell(
                            of(call).events(),
                            List.of(Arrays.copyOf(MIXED, cut), Arrays.copyOfRange(MIXED, cut, MIXED.length)))))
                    .isEqualTo(whole);
        }
    }

    @Test
    void responsesEventsInOrder() {
        List<JsonNode> events = tell(of(ApiCall.RESPONSES).events(), List.of(MIXED));

        assertThat(types(events))
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.reasoning_text.delta",
                        "response.reasoning_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.delta",
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.completed");
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).path("sequence_number").asInt(-1)).isEqualTo(i);
        }
        JsonNode response = events.getLast().path("response");
        assertThat(response.path("status").asString("")).isEqualTo("completed");
        assertThat(response.path("usage").path("total_tokens").asInt(0)).isEqualTo(8);
        assertThat(response.path("output")
                        .valueStream()
                        .map(item -> item.path("type").asString("")))
                .containsExactly("reasoning", "message", "function_call", "function_call");
        assertThat(response.path("output").path(2).path("arguments").asString(""))
                .isEqualTo("{\"x\":1}");
        assertThat(response.path("output")
                        .path(1)
                        .path("content")
                        .path(0)
                        .path("text")
                        .asString(""))
                .isEqualTo("Grüß dich 漢");
    }

    @Test
    void messagesEventsInOrder() {
        List<JsonNode> events = tell(of(ApiCall.MESSAGES).events(), List.of(MIXED));

        assertThat(types(events))
                .containsExactly(
                        "message_start",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_stop",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_stop",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
        JsonNode last = events.get(events.size() - 2);
        assertThat(last.path("delta").path("stop_reason").asString("")).isEqualTo("tool_use");
        assertThat(last.path("usage").path("output_tokens").asInt(0)).isEqualTo(5);
        assertThat(events.get(9).path("index").asInt(-1)).isEqualTo(2);
    }

    @Test
    void failuresAreTold() {
        for (byte[] broken : List.of(
                stream(delta("{\"content\":\"a\"}")),
                stream(delta("{\"content\":\"a\"}"), "[DONE]"),
                stream(delta("{\"content\":\"a\"}"), "{\"error\":{\"message\":\"out of memory\"}}"),
                stream(delta("{\"content\":\"a\"}"), "{not json"),
                stream(),
                "error: {\"message\":\"x\"}\n\n".getBytes(StandardCharsets.UTF_8))) {
            assertThat(types(tell(of(ApiCall.RESPONSES).events(), List.of(broken))))
                    .endsWith("response.failed");
            assertThat(types(tell(of(ApiCall.MESSAGES).events(), List.of(broken))))
                    .endsWith("error")
                    .doesNotContain("message_stop");
        }
        List<JsonNode> told =
                tell(of(ApiCall.RESPONSES).events(), List.of(stream("{\"error\":{\"message\":\"out of memory\"}}")));
        assertThat(told.getLast().path("response").path("error").path("message").asString(""))
                .isEqualTo("out of memory");
    }

    @Test
    void theGatewaysOwnFailureEndsAStreamOnce() {
        for (ApiCall call : List.of(ApiCall.RESPONSES, ApiCall.MESSAGES)) {
            EventTranslation events = of(call).events();
            events.feed(stream(delta("{\"content\":\"a\"}")));
            String told = text(events.fail(ApiError.of(504, "timeout", "deadline", "The deadline has passed.")));
            assertThat(told).contains("The deadline has passed.");
            assertThat(events.fail(ApiError.invalid("again"))).isEmpty();
            assertThat(events.end()).isEmpty();
        }
    }

    @Test
    void callsThatComeBackAreAnErrorInMessages() {
        byte[] interleaved = stream(
                delta(
                        "{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}"),
                delta(
                        "{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]}"),
                delta("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"}\"}}]}"),
                "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}");

        assertThat(types(tell(of(ApiCall.MESSAGES).events(), List.of(interleaved))))
                .endsWith("error");
        JsonNode response = tell(of(ApiCall.RESPONSES).events(), List.of(interleaved))
                .getLast()
                .path("response");
        assertThat(response.path("output").path(0).path("arguments").asString(""))
                .isEqualTo("{}");
    }

    @Test
    void wholeAnswers() {
        byte[] chat =
                "{\"created\":5,\"choices\":[{\"message\":{\"content\":\"hi\",\"reasoning\":\"hm\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":[1]}\"}}]},\"finish_reason\":\"tool_calls\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":4}}}"
                        .getBytes(StandardCharsets.UTF_8);

        JsonNode response = JSON.readTree(of(ApiCall.RESPONSES).answer(chat));
        assertThat(response.path("output")
                        .valueStream()
                        .map(item -> item.path("type").asString("")))
                .containsExactly("reasoning", "message", "function_call");
        assertThat(response.path("created_at").asInt(0)).isEqualTo(5);
        assertThat(response.path("model").asString("")).isEqualTo("m");
        JsonNode message = JSON.readTree(of(ApiCall.MESSAGES).answer(chat));
        assertThat(message.path("content")
                        .path(1)
                        .path("input")
                        .path("a")
                        .path(0)
                        .asInt(0))
                .isEqualTo(1);
        assertThat(message.path("usage").path("input_tokens").asInt(0)).isEqualTo(5);
        assertThat(message.path("stop_reason").asString("")).isEqualTo("tool_use");
    }

    @Test
    void stopReasons() {
        assertThat(stopReason("\"finish_reason\":\"stop\"")).isEqualTo("end_turn");
        assertThat(stopReason("\"finish_reason\":\"stop\",\"stop_reason\":\"END\""))
                .isEqualTo("stop_sequence");
        assertThat(stopReason("\"finish_reason\":\"stop\",\"stop_reason\":151645"))
                .isEqualTo("end_turn");
        assertThat(stopReason("\"finish_reason\":\"length\"")).isEqualTo("max_tokens");
        assertThat(stopReason("\"finish_reason\":\"content_filter\"")).isEqualTo("refusal");
    }

    private static String stopReason(String choice) {
        byte[] chat =
                ("{\"choices\":[{\"message\":{\"content\":\"hi\"}," + choice + "}]}").getBytes(StandardCharsets.UTF_8);
        return JSON.readTree(of(ApiCall.MESSAGES).answer(chat))
                .path("stop_reason")
                .asString("");
    }

    @Test
    void brokenAnswersAreNamed() {
        for (ApiCall call : List.of(ApiCall.RESPONSES, ApiCall.MESSAGES)) {
            for (String broken :
                    List.of("", "{", "[]", "{}", "{\"choices\":[]}", "{\"choices\":[{\"message\":\"x\"}]}")) {
                assertThatThrownBy(() -> of(call).answer(broken.getBytes(StandardCharsets.UTF_8)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("upstream");
            }
        }
        byte[] notJson =
                "{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}}]}"
                        .getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> of(ApiCall.MESSAGES).answer(notJson)).hasMessageContaining("arguments");
    }

    /** Whatever an upstream sends: events, never an exception. */
    @Test
    void mutatedStreams() {
        long seed = Long.getLong("stoa.fuzz.seed", System.nanoTime());
        int rounds = Integer.getInteger("stoa.fuzz.rounds", 2_000);
        System.out.println("TranslationTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> streams = List.of(MIXED, stream(delta("{\"refusal\":\"no\"}"), "[DONE]"));
        for (int i = 0; i < rounds; i++) {
            byte[] stream = Mutation.of(streams.get(random.nextInt(streams.size())), streams, random);
            int cut = random.nextInt(stream.length + 1);
            List<byte[]> pieces = List.of(Arrays.copyOf(stream, cut), Arrays.copyOfRange(stream, cut, stream.length));
            assertThat(types(tell(of(ApiCall.RESPONSES).events(), pieces)).getLast())
                    .isIn("response.completed", "response.incomplete", "response.failed");
            assertThat(types(tell(of(ApiCall.MESSAGES).events(), pieces)).getLast())
                    .isIn("message_stop", "error");
        }
    }

    /** Whatever a caller sends that is accepted: a body that chat completions accepts, or a refusal. */
    @Test
    void mutatedRequests() {
        long seed = Long.getLong("stoa.fuzz.seed", System.nanoTime());
        int rounds = Integer.getInteger("stoa.fuzz.rounds", 5_000);
        System.out.println("TranslationTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (ApiCall call : List.of(ApiCall.RESPONSES, ApiCall.MESSAGES)) {
            List<byte[]> bodies = WireCases.read("translations.tsv", 3).stream()
                    .filter(each -> WireCases.call(each[0]) == call)
                    .map(each -> WireCases.body(call, each[1]))
                    .toList();
            int told = 0;
            for (int i = 0; i < rounds; i++) {
                byte[] body = Mutation.of(bodies.get(random.nextInt(bodies.size())), bodies, random);
                try {
                    RequestScan.scan(call, body);
                    RequestScan.scan(
                            ApiCall.CHAT_COMPLETIONS, Translation.of(call, body).chat());
                    told++;
                } catch (RefusedRequest e) {
                    assertThat(e.error().status()).isEqualTo(400);
                }
            }
            assertThat(told).isPositive();
        }
    }

    private static List<JsonNode> tell(EventTranslation events, List<byte[]> pieces) {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        pieces.forEach(piece -> told.writeBytes(events.feed(piece)));
        told.writeBytes(events.end());
        List<JsonNode> parsed = new ArrayList<>();
        for (String event : text(told.toByteArray()).split("\n\n", -1)) {
            if (event.isEmpty()) {
                continue;
            }
            String[] lines = event.split("\ndata: ", -1);
            assertThat(lines).hasSize(2);
            JsonNode data = JSON.readTree(lines[1]);
            assertThat(lines[0]).isEqualTo("event: " + data.path("type").asString(""));
            parsed.add(data);
        }
        return parsed;
    }

    private static List<String> types(List<JsonNode> events) {
        return events.stream().map(event -> event.path("type").asString("")).toList();
    }

    /** Events without the ids and times that are made anew. */
    private static List<String> shapes(List<JsonNode> events) {
        return events.stream()
                .map(event -> event.toString()
                        .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id")
                        .replaceAll("\"created_at\":\\d+", ""))
                .toList();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
