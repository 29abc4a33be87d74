package io.stoa.engine.remote;

import static io.stoa.engine.remote.ScriptedServer.events;
import static io.stoa.engine.remote.ScriptedServer.eventsThenSilence;
import static io.stoa.engine.remote.ScriptedServer.json;
import static io.stoa.engine.remote.ScriptedServer.silence;
import static io.stoa.engine.remote.ScriptedServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ToolCall;
import io.stoa.engine.chat.ToolCallParser;
import io.stoa.engine.chat.ToolDefinition;
import io.stoa.model.Candidate;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGeneratorFactory;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RemoteEngineTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-24T09:00:00Z"), ZoneOffset.UTC);
    private static final Prompt PROMPT = Prompt.user("Hi");
    private static final GenerateOptions OPTIONS = GenerateOptions.greedy(8);
    private static final String SECRET = "sk-very-secret";

    private final JsonMapper mapper = new JsonMapper();

    private static RemoteEngine engine(URI base) {
        return engine(base, Duration.ofSeconds(5), Optional.empty());
    }

    private static RemoteEngine engine(URI base, Duration timeout, Optional<String> keyVariable) {
        return new RemoteEngine(
                new Candidate.RemoteModel("big", base, "m", Optional.empty(), List.of(), keyVariable),
                timeout,
                Map.of("KEY", SECRET),
                CLOCK,
                RandomGeneratorFactory.of("L64X128MixRandom").create(1));
    }

    private static String delta(String content) {
        return "{\"choices\":[{\"delta\":{\"content\":\"" + content + "\"},\"finish_reason\":null}]}";
    }

    private static String end(String reason) {
        return "{\"choices\":[{\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}";
    }

    private static final String USAGE = "{\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":3}}";

    private static AbstractThrowableAssert<?, StoaException> assertFails(
            StoaException.Kind kind, ScriptedServer.Reply... script) {
        try (ScriptedServer server = new ScriptedServer(script);
                RemoteEngine engine = engine(server.base(), Duration.ofMillis(400), Optional.of("KEY"))) {
            StoaException failure = catchThrowableOfType(StoaException.class, () -> engine.generate(PROMPT, OPTIONS));
            assertThat(failure).isNotNull();
            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure.sentence())
                    .startsWith(server.base() + "/chat/completions: ")
                    .doesNotContain(SECRET);
            return assertThat(failure);
        }
    }

    @Test
    void streamsAnAnswer() {
        try (ScriptedServer server = new ScriptedServer(events(
                        delta("Hé"), delta(" 👍"), delta("\\ud83d"), delta("\\ude00!"), end("stop"), USAGE, "[DONE]"));
                Engine engine = engine(server.base())) {
            List<String> heard = new ArrayList<>();
            Generation answer = engine.generate(PROMPT, OPTIONS, heard::add, () -> false);
            assertThat(answer.text()).isEqualTo("Hé 👍😀!");
            assertThat(heard).containsExactly("Hé", " 👍", "😀!");
            assertThat(answer.finish()).isEqualTo(Generation.Finish.STOP);
            assertThat(answer.promptTokens()).isEqualTo(5);
            assertThat(answer.answerTokens()).isEqualTo(3);
            assertThat(answer.timeToFirstToken())
                    .hasValueSatisfying(first -> assertThat(first).isPositive().isLessThanOrEqualTo(answer.total()));
        }
    }

    @Test
    void asksAsTheProtocolSays() {
        ToolDefinition tool = new ToolDefinition((ObjectNode)
                mapper.readTree("{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}"));
        ToolCall call = new ToolCall("c1", "f", mapper.createObjectNode().put("a", 1));
        ChatMessage calling =
                new ChatMessage("assistant", Optional.empty(), List.of(call), Optional.empty(), Optional.empty());
        ChatMessage answer = new ChatMessage("tool", Optional.of("x"), List.of(), Optional.of("c1"), Optional.empty());
        GenerateOptions options = new GenerateOptions(9, 0.5, 40, 0.9, 0.1, 7, List.of("END"));
        try (ScriptedServer server = new ScriptedServer(events(end("stop"), "[DONE]"));
                Engine engine = engine(server.base(), Duration.ofSeconds(5), Optional.of("KEY"))) {
            engine.generate(new Prompt.Chat(List.of(ChatMessage.user("Hi"), calling, answer), List.of(tool)), options);
            ScriptedServer.Request request = server.requests().getFirst();
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo("/v1/chat/completions");
            assertThat(request.headers().get("Authorization")).containsExactly("Bearer " + SECRET);
            JsonNode expected = mapper.readTree("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},"
                    + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
                    + "\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]},"
                    + "{\"role\":\"tool\",\"content\":\"x\",\"tool_call_id\":\"c1\"}],"
                    + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}],"
                    + "\"max_tokens\":9,\"temperature\":0.5,\"top_p\":0.9,\"seed\":7,\"top_k\":40,\"min_p\":0.1,"
                    + "\"stop\":[\"END\"],\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
            assertThat(mapper.readTree(request.body())).isEqualTo(expected);
        }
    }

    @Test
    void asksToGoOnWithAnAnswer() {
        try (ScriptedServer server = new ScriptedServer(events(end("stop"), "[DONE]"));
                Engine engine = engine(server.base(), Duration.ofSeconds(5), Optional.empty())) {
            engine.generate(
                    new Prompt.Continued(List.of(ChatMessage.user("Hi"), ChatMessage.assistant("Well"))),
                    GenerateOptions.greedy(4));
            ScriptedServer.Request request = server.requests().getFirst();
            assertThat(request.path()).isEqualTo("/v1/chat/completions");
            JsonNode body = mapper.readTree(request.body());
            assertThat(body.path("messages").path(1).path("content").stringValue())
                    .isEqualTo("Well");
            assertThat(body.path("continue_final_message").booleanValue()).isTrue();
            assertThat(body.path("add_generation_prompt").booleanValue(true)).isFalse();
        }
    }

    @Test
    void completesText() {
        try (ScriptedServer server = new ScriptedServer(
                        events("{\"choices\":[{\"text\":\" world\",\"finish_reason\":\"length\"}]}", "[DONE]"));
                Engine engine = engine(URI.create(server.base() + "/"))) {
            Generation answer = engine.generate(new Prompt.Text("Hello"), OPTIONS);
            assertThat(answer.text()).isEqualTo(" world");
            assertThat(answer.finish()).isEqualTo(Generation.Finish.LENGTH);
            assertThat(answer.answerTokens()).isEqualTo(1);
            assertThat(server.requests().getFirst().path()).isEqualTo("/v1/completions");
            assertThat(mapper.readTree(server.requests().getFirst().body())
                            .path("prompt")
                            .stringValue())
                    .isEqualTo("Hello");
        }
    }

    @Test
    void acceptsAServerThatDoesNotStream() {
        try (ScriptedServer server = new ScriptedServer(
                        json("{\"choices\":[{\"message\":{\"content\":\"Hi.\"},\"finish_reason\":\"stop\"}],\"usage\":"
                                + "{\"prompt_tokens\":2,\"completion_tokens\":4}}"));
                Engine engine = engine(server.base())) {
            Generation answer = engine.generate(PROMPT, OPTIONS);
            assertThat(answer.text()).isEqualTo("Hi.");
            assertThat(answer.answerTokens()).isEqualTo(4);
        }
    }

    @Test
    void writesToolCallsWhereTheParserFindsThem() {
        try (ScriptedServer server = new ScriptedServer(events(
                        "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"add\","
                                + "\"arguments\":\"{\\\"a\\\"\"}}]}}]}",
                        "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\": 1}\"}}]}}]}",
                        "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"function\":{\"name\":\"now\"}}]}}]}",
                        end("tool_calls"),
                        "[DONE]"));
                Engine engine = engine(server.base())) {
            String text = engine.generate(PROMPT, OPTIONS).text();
            List<ToolCall> calls = new ToolCallParser(List.of()).parse(text).toolCalls();
            assertThat(calls).extracting(ToolCall::name).containsExactly("add", "now");
            assertThat(calls.getFirst().arguments()).hasToString("{\"a\":1}");
        }
    }

    @Test
    void stopsWhenCancelled() {
        try (ScriptedServer server = new ScriptedServer(eventsThenSilence(delta("one"), delta(" two")));
                Engine engine = engine(server.base())) {
            List<String> heard = new ArrayList<>();
            Generation answer = engine.generate(PROMPT, OPTIONS, heard::add, () -> heard.size() == 2);
            assertThat(answer.finish()).isEqualTo(Generation.Finish.CANCELLED);
            assertThat(answer.text()).isEqualTo("one two");
            assertThat(answer.total()).isLessThan(Duration.ofSeconds(4));
        }
    }

    @Test
    void asksAgainWhenTheServerIsBusy() {
        try (ScriptedServer server = new ScriptedServer(
                        status(429, "application/json", "{}", "Retry-After", "0"),
                        status(503, "text/plain", "", "Retry-After", "Tue, 24 Nov 2026 09:00:00 GMT"),
                        events(delta("ok"), end("stop"), "[DONE]"));
                Engine engine = engine(server.base())) {
            assertThat(engine.generate(PROMPT, OPTIONS).text()).isEqualTo("ok");
            assertThat(server.requests()).hasSize(3);
        }
    }

    @Test
    void givesUpWhenTheServerStaysBusy() {
        ScriptedServer.Reply busy =
                status(429, "application/json", "{\"error\":{\"message\":\"slow down\"}}", "Retry-After", "0");
        assertFails(StoaException.Kind.ENGINE, busy, busy, busy, busy)
                .hasMessageEndingWith("status 429, slow down after 4 attempts; try again later");
        assertFails(StoaException.Kind.ENGINE, status(429, "application/json", "{}", "Retry-After", "3600"))
                .hasMessageContaining("asks to come back in 3600 s");
    }

    @Test
    void explainsWhatTheServerRefuses() {
        assertFails(
                        StoaException.Kind.USER,
                        status(401, "application/json", "{\"error\":{\"message\":\"Incorrect key " + SECRET + "\"}}"))
                .hasMessageContaining("status 401, Incorrect key (key); check the key");
        assertFails(
                        StoaException.Kind.USER,
                        status(404, "application/json", "{\"error\":{\"message\":\"no model m\"}}"))
                .hasMessageContaining("status 404, no model m; check the base address and the model's name");
        assertFails(
                        StoaException.Kind.USER,
                        status(
                                400,
                                "application/json",
                                "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}"))
                .hasMessageContaining("shorten the prompt");
        assertFails(StoaException.Kind.ENGINE, status(500, "text/html", "<html>Oops</html>"))
                .hasMessageEndingWith("status 500; see the server's log");
        assertFails(StoaException.Kind.ENGINE, status(302, "text/html", "", "Location", "http://elsewhere/"))
                .hasMessageContaining("redirects to http://elsewhere/; give that address");
        assertFails(StoaException.Kind.ENGINE, status(200, "text/html", "<html>Welcome</html>"))
                .hasMessageContaining("answers with text/html instead of JSON");
    }

    @Test
    void explainsABrokenAnswer() {
        assertFails(StoaException.Kind.ENGINE, json("{\"choices\": ["))
                .hasMessageContaining("is not JSON: {\"choices\": [");
        assertFails(StoaException.Kind.ENGINE, events(delta("x"), "{\"cho"))
                .hasMessageContaining("is not JSON: {\"cho");
        assertFails(StoaException.Kind.ENGINE, events(delta("four")))
                .hasMessageContaining("the answer broke off after 4 characters");
        assertFails(StoaException.Kind.ENGINE, events(delta("x"), "{\"error\":{\"message\":\"out of memory\"}}"))
                .hasMessageContaining("out of memory");
        assertFails(StoaException.Kind.ENGINE, json("{}")).hasMessageContaining("broke off after 0 characters");
        assertFails(StoaException.Kind.ENGINE, eventsThenSilence(delta("x")))
                .hasMessageContaining("no answer within 400 ms");
        assertFails(StoaException.Kind.ENGINE, silence()).hasMessageContaining("no answer within 400 ms");
    }

    @Test
    void explainsAStreamThatIsCutInsideAChunk() throws IOException {
        String answer = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "80\r\ndata: " + delta("half");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread serving = Thread.ofVirtual().start(() -> {
                try (Socket socket = server.accept()) {
                    socket.getInputStream().read(new byte[8192]);
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    // The client has left, which the test will see.
                }
            });
            try (Engine engine = engine(URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1"))) {
                assertThatExceptionOfType(StoaException.class)
                        .isThrownBy(() -> engine.generate(PROMPT, OPTIONS))
                        .withMessageContaining("the connection broke");
            }
            serving.interrupt();
        }
    }

    @Test
    void explainsWhyNobodyAnswers() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        URI nobody = URI.create("http://127.0.0.1:" + free + "/v1");
        try (Engine engine = engine(nobody)) {
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(engine::facts)
                    .withMessage(nobody + "/models: connection refused; is the server running?")
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.ENGINE));
        }
        try (Engine engine = engine(URI.create("http://no-such-host.invalid/v1"))) {
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(engine::facts)
                    .withMessageContaining("unknown host no-such-host.invalid");
        }
    }

    @Test
    void asksForFactsOnce() {
        try (ScriptedServer server = new ScriptedServer(
                        json("{\"data\":[{\"id\":\"m\",\"owned_by\":\"vllm\",\"max_model_len\":4096}]}"));
                Engine engine = engine(server.base())) {
            assertThat(server.requests()).isEmpty();
            assertThat(engine.facts()).isSameAs(engine.facts());
            assertThat(engine.facts().contextTokens()).hasValue(4096);
            assertThat(engine.facts().engine()).isEqualTo("OpenAI protocol at " + server.base() + " (vllm)");
            assertThat(server.requests()).hasSize(1);
        }
        try (ScriptedServer server = new ScriptedServer(json("{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}"));
                Engine engine = engine(server.base())) {
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(engine::facts)
                    .withMessageContaining("serves a, b but not m");
        }
        try (ScriptedServer server = new ScriptedServer(status(404, "text/plain", "no"));
                Engine engine = engine(server.base())) {
            assertThat(engine.facts().name()).isEqualTo("m");
        }
    }

    @Test
    void claimsOnlyWhatItCanDo() {
        Engine engine = engine(URI.create("http://127.0.0.1:9/v1"));
        assertThat(engine.capabilities()).containsExactly(Engine.Capability.GENERATE);
        assertThatThrownBy(() -> engine.score(PROMPT, List.of("a"))).isInstanceOf(UnsupportedOperationException.class);
        engine.close();
        engine.close();
        assertThatIllegalStateException().isThrownBy(() -> engine.generate(PROMPT, OPTIONS));
    }

    @Test
    void refusesAMissingKeyAndAKeyInTheAddress() {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> engine(URI.create("http://h/v1"), Duration.ofSeconds(1), Optional.of("NONE")))
                .withMessageContaining("the environment variable NONE is not set");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> engine(URI.create("http://user:secret@h/v1")))
                .satisfies(e -> assertThat(e.sentence()).doesNotContain("secret"));
    }
}
