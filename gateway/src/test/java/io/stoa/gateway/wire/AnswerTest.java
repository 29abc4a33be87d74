package io.stoa.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class AnswerTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String CHAT = """
        {"id":"c","object":"chat.completion","created":1,"model":"up","choices":[{"index":0,"message":{"role":"assistant",\
        "content":"Yes é","reasoning_content":"hm"},"finish_reason":"stop","logprobs":{"content":[\
        {"token":"Yes","logprob":-0.25,"bytes":[89],"top_logprobs":[{"token":"Yes","logprob":-0.25},{"token":"No","logprob":-1.5}]},\
        {"token":" é","logprob":-0.5,"top_logprobs":[{"token":"x","logprob":-2.5},{"token":" é","logprob":-0.5}]}]}}],\
        "usage":{"prompt_tokens":4,"completion_tokens":2,"total_tokens":6}}\
        """;

    @Test
    void usageOfAnyCall() {
        assertThat(AnswerScan.usage(bytes(CHAT))).contains(new TokenUsage(4, 2));
        assertThat(AnswerScan.usage(bytes("{\"usage\":{\"prompt_tokens\":5,\"total_tokens\":5}}")))
                .contains(new TokenUsage(5, 0));
        assertThat(AnswerScan.usage(bytes("{\"usage\":{\"total_tokens\":5}}"))).contains(new TokenUsage(5, 0));
        assertThat(AnswerScan.usage(bytes("{\"usage\":{\"input_tokens\":5,\"output_tokens\":3}}")))
                .contains(new TokenUsage(5, 3));
        for (String without : List.of(
                "",
                "[]",
                "{}",
                "{",
                "{\"usage\":null}",
                "{\"usage\":{}}",
                "{\"usage\":[1]}",
                "{\"usage\":{\"prompt_tokens\":\"5\"}}",
                "{\"usage\":{\"prompt_tokens\":99999999999}}",
                "nonsense",
                "{\"a\":{\"usage\":{\"prompt_tokens\":1}}}")) {
            assertThat(AnswerScan.usage(bytes(without))).as(without).isEmpty();
        }
        assertThat(AnswerScan.usage(bytes("{\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":2}}")))
                .contains(new TokenUsage(0, 2));
    }

    @Test
    void howSureASmallModelWas() {
        AnswerScan.LocalText chat = AnswerScan.local(bytes(CHAT)).orElseThrow();
        assertThat(chat)
                .isEqualTo(new AnswerScan.LocalText("Yes é", "stop", 0, List.of(-0.25, -0.5), List.of(1.25, 2.0)));

        AnswerScan.LocalText legacy = AnswerScan.local(bytes("""
            {"choices":[{"text":"ab","finish_reason":"length","logprobs":{"tokens":["a","b"],\
            "token_logprobs":[null,-0.5],"top_logprobs":[null,{"b":-0.5,"c":-1.0}]}}]}\
            """)).orElseThrow();
        assertThat(legacy).isEqualTo(new AnswerScan.LocalText("ab", "length", 0, List.of(-0.5), List.of(0.5)));

        AnswerScan.LocalText silent = AnswerScan.local(
                        bytes("{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":[{}]},\"logprobs\":null}]}"))
                .orElseThrow();
        assertThat(silent).isEqualTo(new AnswerScan.LocalText("", "", 1, List.of(), List.of()));
        assertThat(AnswerScan.local(bytes("{\"choices\":[]}"))).isEmpty();
        assertThat(AnswerScan.local(bytes("{"))).isEmpty();
    }

    @Test
    void wholeAndErrors() {
        assertThat(AnswerScan.isWhole(bytes(CHAT))).isTrue();
        assertThat(AnswerScan.isWhole(bytes(CHAT.substring(0, CHAT.length() - 1))))
                .isFalse();
        assertThat(AnswerScan.isWhole(bytes(CHAT + "x"))).isFalse();
        assertThat(AnswerScan.isWhole(bytes("<html>"))).isFalse();
        assertThat(AnswerScan.error(bytes("{\"error\":{\"message\":\"no\"}}"))).contains("no");
        assertThat(AnswerScan.error(bytes("{\"error\":\"no\"}"))).contains("no");
        assertThat(AnswerScan.error(bytes("{\"object\":\"error\",\"message\":\"no\"}")))
                .contains("no");
        assertThat(AnswerScan.error(bytes("{\"detail\":\"no\"}"))).contains("no");
        assertThat(AnswerScan.error(bytes("<html>"))).isEmpty();
    }

    @Test
    void logprobsAreTakenOut() {
        byte[] without = AnswerEdit.withoutLogprobs(bytes(CHAT));

        assertThat(text(without))
                .isEqualTo(CHAT.substring(0, CHAT.indexOf("{\"content\":["))
                        + "null"
                        + CHAT.substring(CHAT.indexOf("}],\"usage\"")));
        assertThat(JSON.readTree(without)
                        .path("choices")
                        .path(0)
                        .path("logprobs")
                        .isNull())
                .isTrue();
        byte[] none = bytes("{\"choices\":[{\"logprobs\":null}],\"logprobs\":{}}");
        assertThat(AnswerEdit.withoutLogprobs(none)).isSameAs(none);
        byte[] broken = bytes(CHAT.substring(0, 300));
        assertThat(AnswerEdit.withoutLogprobs(broken)).isSameAs(broken);
    }

    @Test
    void aWholeAnswerAsEvents() {
        String answer = CHAT.replace(
                "\"Yes é\"",
                "\"Yes"
                        + " é\",\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]");
        List<String> events =
                List.of(text(AnswerToEvents.events(bytes(answer), true, false)).split("\n\n", -1));
        StreamScan scan = StreamScan.passing();
        scan.feed(AnswerToEvents.events(bytes(answer), true, false));

        assertThat(scan.isDone()).isTrue();
        assertThat(scan.usage()).contains(new TokenUsage(4, 2));
        assertThat(scan.finish()).contains("stop");
        assertThat(events.getFirst()).contains("\"role\":\"assistant\"", "chat.completion.chunk");
        assertThat(String.join("\n", events))
                .contains("\"reasoning_content\":\"hm\"", "\"content\":\"Yes é\"", "\"index\":0,\"id\":\"a\"")
                .doesNotContain("top_logprobs");
        assertThat(text(AnswerToEvents.events(bytes(CHAT), false, true)))
                .contains("top_logprobs")
                .doesNotContain("\"usage\"");
        assertThat(text(AnswerToEvents.events(
                        bytes(
                                "{\"object\":\"text_completion\",\"choices\":[{\"index\":0,\"text\":\"a\",\"logprobs\":{},\"finish_reason\":\"stop\"}]}"),
                        true,
                        false)))
                .isEqualTo("data:"
                        + " {\"object\":\"text_completion\",\"choices\":[{\"index\":0,\"text\":\"a\",\"logprobs\":null,\"finish_reason\":\"stop\"}]}\n\n"
                        + "data: [DONE]\n\n");
        assertThatThrownBy(() -> AnswerToEvents.events(bytes("{}"), true, true)).hasMessageContaining("upstream");
        assertThatThrownBy(() -> AnswerToEvents.events(bytes("{"), true, true)).hasMessageContaining("upstream");
    }

    @Test
    void tokensAreCounted() {
        assertThat(
                        text(
                                TokenCount.tokenize(
                                        bytes(
                                                "{\"model\":\"m\",\"system\":\"s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"tools\":[{\"name\":\"f\",\"input_schema\":{}}]}"))))
                .isEqualTo(
                        "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"hi\"}],"
                                + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}],\"add_generation_prompt\":true}");
        assertThat(TokenCount.of(bytes("{\"count\":7,\"tokens\":[]}"))).hasValue(7);
        assertThat(TokenCount.of(bytes("{\"tokens\":[1,2]}"))).hasValue(2);
        assertThat(TokenCount.of(bytes("{}"))).isEmpty();
        assertThat(TokenCount.of(bytes("{"))).isEmpty();
        assertThat(text(TokenCount.answer(7))).isEqualTo("{\"input_tokens\":7}");
    }

    @Test
    void errorsInStreams() {
        ApiError error = ApiError.of(502, "api_error", "upstream_failed", "It \"broke\".");

        assertThat(text(ErrorBody.event(ApiCall.CHAT_COMPLETIONS, error)))
                .isEqualTo("data: {\"error\":{\"message\":\"It"
                        + " \\\"broke\\\".\",\"type\":\"api_error\",\"param\":null,\"code\":\"upstream_failed\"}}\n\n");
        assertThat(text(ErrorBody.event(ApiCall.MESSAGES, error)))
                .isEqualTo("event: error\n"
                        + "data: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"It"
                        + " \\\"broke\\\".\"}}\n\n");
    }

    @Test
    void mutatedAnswersAreReadOrNot() {
        long seed = Long.getLong("stoa.fuzz.seed", System.nanoTime());
        int rounds = Integer.getInteger("stoa.fuzz.rounds", 5_000);
        System.out.println("AnswerTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < rounds; i++) {
            byte[] answer = Mutation.of(bytes(CHAT), List.of(bytes(CHAT)), random);
            boolean whole = AnswerScan.isWhole(answer);
            assertThat(AnswerScan.local(answer).isPresent() && !whole).isFalse();
            AnswerScan.usage(answer);
            AnswerScan.error(answer);
            assertThat(AnswerScan.isWhole(AnswerEdit.withoutLogprobs(answer))).isEqualTo(whole);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
