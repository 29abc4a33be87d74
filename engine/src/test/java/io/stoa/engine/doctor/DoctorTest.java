package io.stoa.engine.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.Prompt;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.doctor.FaultyServer.Call;
import io.stoa.engine.doctor.FaultyServer.Fault;
import io.stoa.engine.doctor.FaultyServer.Reply;
import io.stoa.engine.doctor.FaultyServer.Upstream;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.engine.serve.EngineServer;
import io.stoa.engine.serve.Listen;
import io.stoa.engine.serve.ServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Every fault is found and named by its check; sound servers are never accused. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DoctorTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private Path folder = Path.of("");

    private final LlamaRuntime runtime =
            LlamaRuntime.load(Path.of(System.getProperty("stoa.natives")), (level, line) -> {});
    private final List<AutoCloseable> opened = new ArrayList<>();
    private Engine reference;
    private URI sound;
    private URI swapped;
    private URI quantized;

    private static Path model(String name) {
        return Path.of("../examples/quickstart/models/" + name + ".gguf");
    }

    @BeforeAll
    void serve(@TempDir Path temporary) {
        folder = temporary;
        reference = runtime.open(model("micro"), new EngineOptions(512, 1));
        opened.add(reference);
        sound = server(model("micro"), EngineOptions.serving(512, 1, 4), Optional.empty());
        swapped = server(model("nano"), EngineOptions.serving(512, 1, 4), Optional.empty());
        Path small = folder.resolve("micro-Q4_0.gguf");
        runtime.quantize(model("micro"), small, "Q4_0", 1);
        quantized = server(small, EngineOptions.serving(512, 1, 4), Optional.empty());
    }

    @AfterAll
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    private URI server(Path file, EngineOptions options, Optional<String> key) {
        Engine engine = runtime.open(file, options);
        EngineServer server = EngineServer.start(
                engine, new ServerOptions(new Listen.Tcp("127.0.0.1", 0), "m", Map.of(), key, false));
        opened.add(engine);
        opened.add(server);
        return URI.create(server.address() + "/v1");
    }

    private static Diagnosis examine(URI base, Optional<String> key, Optional<Engine> engine) {
        try (Doctor doctor = new Doctor(base, "m", key, engine, Duration.ofSeconds(60), result -> {})) {
            return doctor.examine();
        }
    }

    // ---- faults

    private static Reply json(ObjectNode body) {
        return new Reply(200, body, List.of());
    }

    /** Changes chat requests. */
    private static Fault asking(Consumer<ObjectNode> change) {
        return (call, upstream) -> {
            if (call.path().endsWith("completions") && call.body() instanceof ObjectNode body) {
                change.accept(body);
            }
            return upstream.send(call);
        };
    }

    /** Changes whole answers. */
    private static Fault answering(Consumer<ObjectNode> change) {
        return (call, upstream) -> {
            Reply reply = upstream.send(call);
            if (reply.status() == 200 && reply.body().has("choices")) {
                change.accept((ObjectNode) reply.body());
            }
            return reply;
        };
    }

    /** Changes a stream's events. */
    private static Fault streaming(Consumer<List<JsonNode>> change) {
        return (call, upstream) -> {
            Reply reply = upstream.send(call);
            if (!reply.isStream()) {
                return reply;
            }
            List<JsonNode> events = new ArrayList<>(reply.events());
            change.accept(events);
            return new Reply(reply.status(), reply.body(), events);
        };
    }

    /** Answers chats from plain text, as a server that renders the prompt in its own way. */
    private Fault rendering(Function<ArrayNode, String> render) {
        return (call, upstream) -> {
            if (!call.path().endsWith("chat/completions")
                    || !call.body().path("messages").isArray()) {
                return upstream.send(call);
            }
            ObjectNode request = (ObjectNode) call.body().deepCopy();
            request.put("prompt", render.apply((ArrayNode) request.remove("messages")));
            request.remove("tools");
            request.remove("tool_choice");
            boolean stream = request.path("stream").asBoolean(false);
            request.remove("stream");
            Reply reply = upstream.send(new Call("POST", "/v1/completions", request));
            if (reply.status() != 200) {
                return reply;
            }
            ObjectNode choice = (ObjectNode) reply.body().path("choices").path(0);
            String text = choice.path("text").asString("");
            if (stream) {
                ObjectNode event = JSON.createObjectNode();
                ObjectNode one = event.putArray("choices").addObject();
                one.putObject("delta").put("content", text);
                one.set("finish_reason", choice.get("finish_reason"));
                event.set("usage", reply.body().get("usage"));
                return new Reply(200, JSON.missingNode(), List.of(event, JSON.stringNode("[DONE]")));
            }
            choice.putObject("message").put("role", "assistant").put("content", text.strip());
            return reply;
        };
    }

    private String rendered(ArrayNode messages) {
        List<ChatMessage> list = new ArrayList<>();
        messages.forEach(message -> list.add(new ChatMessage(
                message.path("role").asString("user"),
                Optional.of(message.path("content").asString("")),
                List.of(),
                Optional.empty(),
                Optional.empty())));
        return reference.detokenize(reference.promptTokens(new Prompt.Chat(list, List.of())), true);
    }

    private static void mapLogprobs(ObjectNode answer, ToDoubleFunction<Double> change) {
        JsonNode logprobs = answer.path("choices").path(0).path("logprobs");
        if (!logprobs.has("token_logprobs")) {
            return;
        }
        ArrayNode values = (ArrayNode) logprobs.get("token_logprobs");
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i).isNumber()) {
                values.set(
                        i, JSON.valueToTree(change.applyAsDouble(values.get(i).asDouble(0))));
            }
        }
        for (JsonNode top : logprobs.path("top_logprobs")) {
            if (top instanceof ObjectNode object) {
                for (String name : List.copyOf(object.propertyNames())) {
                    object.put(name, change.applyAsDouble(object.path(name).asDouble(0)));
                }
            }
        }
    }

    private static void cutAtStop(ObjectNode answer, ObjectNode request, boolean include) {
        JsonNode stop = request.path("stop").path(0);
        JsonNode message = answer.path("choices").path(0).path("message");
        if (stop.isString() && message instanceof ObjectNode object) {
            String text = object.path("content").asString("");
            int at = text.indexOf(stop.stringValue());
            if (at >= 0) {
                object.put(
                        "content",
                        text.substring(0, at + (include ? stop.stringValue().length() : 0)));
            }
        }
    }

    private Map<String, Map.Entry<Check, Fault>> faults() {
        Map<String, Map.Entry<Check, Fault>> faults = new LinkedHashMap<>();
        // The template.
        faults.put(
                "template not applied",
                Map.entry(
                        Check.CHAT_TEMPLATE,
                        rendering(messages -> messages.path(messages.size() - 1)
                                .path("content")
                                .asString("x"))));
        faults.put("template applied twice", Map.entry(Check.CHAT_TEMPLATE, asking(request -> {
            if (request.path("messages") instanceof ArrayNode messages) {
                String text = rendered(messages);
                messages.removeAll();
                messages.addObject().put("role", "user").put("content", text);
            }
        })));
        faults.put(
                "begin token twice",
                Map.entry(Check.CHAT_TEMPLATE, rendering(messages -> "<|im_start|>" + rendered(messages))));
        faults.put("another template", Map.entry(Check.CHAT_TEMPLATE, rendering(messages -> {
            StringBuilder text = new StringBuilder();
            messages.forEach(message -> text.append("### ")
                    .append(message.path("role").asString(""))
                    .append(":\n")
                    .append(message.path("content").asString(""))
                    .append("\n\n"));
            return text + "### assistant:\n";
        })));
        faults.put("system message dropped", Map.entry(Check.SYSTEM_ROLE, asking(request -> {
            if (request.path("messages") instanceof ArrayNode messages
                    && messages.path(0).path("role").asString("").equals("system")) {
                messages.remove(0);
            }
        })));
        faults.put("system message as a user's", Map.entry(Check.SYSTEM_ROLE, asking(request -> {
            if (request.path("messages") instanceof ArrayNode messages
                    && messages.path(0).path("role").asString("").equals("system")
                    && messages.path(1) instanceof ObjectNode user) {
                user.put(
                        "content",
                        messages.path(0).path("content").asString("") + "\n\n"
                                + user.path("content").asString(""));
                messages.remove(0);
            }
        })));
        faults.put("earlier turns dropped", Map.entry(Check.HISTORY, asking(request -> {
            if (request.path("messages") instanceof ArrayNode messages) {
                while (messages.size() > 1
                        && !messages.path(0).path("role").asString("").equals("system")) {
                    messages.remove(0);
                }
            }
        })));
        // Log-probabilities.
        faults.put(
                "log-probabilities in base 10",
                Map.entry(
                        Check.LOG_PROBABILITIES,
                        answering(answer -> mapLogprobs(answer, value -> value / Math.log(10)))));
        faults.put(
                "log-probabilities in base 2",
                Map.entry(
                        Check.LOG_PROBABILITIES,
                        answering(answer -> mapLogprobs(answer, value -> value / Math.log(2)))));
        faults.put(
                "log-probabilities constant",
                Map.entry(Check.LOG_PROBABILITIES, answering(answer -> mapLogprobs(answer, value -> -1.0))));
        faults.put(
                "log-probabilities rounded",
                Map.entry(
                        Check.LOG_PROBABILITIES,
                        answering(answer -> mapLogprobs(answer, value -> Math.rint(value * 10) / 10))));
        faults.put(
                "log-probabilities are probabilities",
                Map.entry(Check.LOG_PROBABILITIES, answering(answer -> mapLogprobs(answer, value -> Math.exp(value)))));
        faults.put("log-probabilities shifted by one", Map.entry(Check.LOG_PROBABILITIES, answering(answer -> {
            if (answer.path("choices").path(0).path("logprobs").path("token_logprobs") instanceof ArrayNode values
                    && values.size() > 2) {
                values.remove(1);
                values.add(-2.5);
            }
        })));
        faults.put("log-probabilities of other tokens", Map.entry(Check.LOG_PROBABILITIES, answering(answer -> {
            if (answer.path("choices").path(0).path("logprobs").path("tokens") instanceof ArrayNode tokens
                    && tokens.size() > 4) {
                tokens.set(2, tokens.get(3));
            }
        })));
        // The sampler.
        faults.put("stop ignored", Map.entry(Check.STOP, asking(request -> request.remove("stop"))));
        faults.put("stop included", Map.entry(Check.STOP, (call, upstream) -> {
            ObjectNode request = call.body() instanceof ObjectNode body ? body.deepCopy() : JSON.createObjectNode();
            if (call.body() instanceof ObjectNode body) {
                body.remove("stop");
            }
            Reply reply = upstream.send(call);
            if (reply.body() instanceof ObjectNode answer) {
                cutAtStop(answer, request, true);
            }
            return reply;
        }));
        faults.put("stop only within a token", Map.entry(Check.STOP, asking(request -> {
            if (request.path("stop").path(0).asString("").contains(" ")
                    || request.path("stop").path(0).asString("").length() > 4) {
                request.remove("stop");
            }
        })));
        faults.put("seed ignored", Map.entry(Check.SEED, asking(request -> request.remove("seed"))));
        faults.put(
                "temperature ignored", Map.entry(Check.TEMPERATURE, asking(request -> request.put("temperature", 0))));
        faults.put("temperature 0 ignored", Map.entry(Check.DETERMINISM, asking(request -> {
            if (request.path("temperature").asDouble(1) == 0) {
                request.put("temperature", 3).remove("seed");
            }
        })));
        faults.put("max_tokens ignored", Map.entry(Check.MAX_TOKENS, asking(request -> {
            request.put("max_tokens", 100);
            request.remove("max_completion_tokens");
        })));
        faults.put("finish_reason always stop", Map.entry(Check.FINISH_REASON, answering(answer -> {
            if (answer.path("choices").path(0) instanceof ObjectNode choice) {
                choice.put("finish_reason", "stop");
            }
        })));
        faults.put("finish_reason always length", Map.entry(Check.FINISH_REASON, answering(answer -> {
            if (answer.path("choices").path(0) instanceof ObjectNode choice) {
                choice.put("finish_reason", "length");
            }
        })));
        // Usage.
        faults.put("usage missing", Map.entry(Check.PROMPT_USAGE, answering(answer -> answer.remove("usage"))));
        faults.put("usage doubled", Map.entry(Check.PROMPT_USAGE, answering(answer -> {
            ObjectNode usage = (ObjectNode) answer.get("usage");
            usage.put("prompt_tokens", 2 * usage.path("prompt_tokens").asInt(0));
        })));
        faults.put("answer counted with its end", Map.entry(Check.ANSWER_USAGE, answering(answer -> {
            ObjectNode usage = (ObjectNode) answer.get("usage");
            usage.put("completion_tokens", usage.path("completion_tokens").asInt(0) + 1);
            usage.put("total_tokens", usage.path("total_tokens").asInt(0) + 1);
        })));
        faults.put(
                "usage does not add up",
                Map.entry(
                        Check.ANSWER_USAGE,
                        answering(answer -> ((ObjectNode) answer.get("usage")).put("total_tokens", 7))));
        // Streams.
        faults.put("stream loses its last text", Map.entry(Check.STREAMING, streaming(events -> {
            for (int i = events.size() - 1; i >= 0; i--) {
                if (!events.get(i)
                        .path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asString("")
                        .isEmpty()) {
                    events.remove(i);
                    return;
                }
            }
        })));
        faults.put("stream cuts characters", Map.entry(Check.STREAMING, streaming(events -> {
            for (JsonNode event : events) {
                if (event.path("choices").path(0).path("delta") instanceof ObjectNode delta
                        && delta.path("content").asString("").length() > 1) {
                    delta.put("content", delta.path("content").asString("") + "\uFFFD");
                    return;
                }
            }
        })));
        faults.put(
                "stream without [DONE]",
                Map.entry(Check.STREAMING, streaming(events -> events.removeIf(JsonNode::isString))));
        faults.put(
                "stream says another finish_reason",
                Map.entry(
                        Check.STREAMING,
                        streaming(events -> events.forEach(event -> {
                            if (event.path("choices").path(0) instanceof ObjectNode choice
                                    && choice.path("finish_reason").isString()) {
                                choice.put("finish_reason", "tool_calls");
                            }
                        }))));
        // Tools and shapes.
        faults.put("tool calls left in the text", Map.entry(Check.TOOLS, answering(answer -> {
            if (answer.path("choices").path(0).path("message") instanceof ObjectNode message
                    && message.has("tool_calls")) {
                message.put(
                        "content",
                        "<tool_call>" + message.path("tool_calls").path(0).path("function") + "</tool_call>");
                message.remove("tool_calls");
            }
        })));
        faults.put("tool arguments as an object", Map.entry(Check.TOOLS, answering(answer -> {
            if (answer.path("choices")
                            .path(0)
                            .path("message")
                            .path("tool_calls")
                            .path(0)
                            .path("function")
                    instanceof ObjectNode function) {
                function.set(
                        "arguments", JSON.readTree(function.path("arguments").asString("{}")));
            }
        })));
        faults.put("tool arguments cut", Map.entry(Check.TOOLS, answering(answer -> {
            if (answer.path("choices")
                            .path(0)
                            .path("message")
                            .path("tool_calls")
                            .path(0)
                            .path("function")
                    instanceof ObjectNode function) {
                function.put(
                        "arguments", function.path("arguments").asString("{}").substring(1));
            }
        })));
        faults.put("tool results dropped", Map.entry(Check.TOOLS, asking(request -> {
            if (request.path("messages") instanceof ArrayNode messages) {
                messages.removeIf(
                        message -> message.path("role").asString("").equals("tool") || message.has("tool_calls"));
            }
        })));
        faults.put(
                "response_format ignored",
                Map.entry(Check.JSON_SCHEMA, asking(request -> request.remove("response_format"))));
        // The context.
        faults.put("front of long prompts cut", Map.entry(Check.CONTEXT_LIMIT, asking(request -> {
            if (request.path("messages").path(0) instanceof ObjectNode message) {
                String text = message.path("content").asString("");
                message.put("content", text.substring(Math.max(0, text.length() - 400)));
            }
        })));
        // The model and its callers.
        faults.put("another model", Map.entry(Check.MODEL_IDENTITY, (call, upstream) -> elsewhere(swapped, call)));
        faults.put(
                "another quantization",
                Map.entry(Check.MODEL_IDENTITY, (call, upstream) -> elsewhere(quantized, call)));
        faults.put("answers of callers mixed up", Map.entry(Check.CONCURRENCY, new MixedUp()));
        faults.put("answers from a cache", Map.entry(Check.TEMPERATURE, new Cached()));
        faults.put("errors as good answers", Map.entry(Check.ERRORS, (call, upstream) -> {
            Reply reply = upstream.send(call);
            return reply.status() < 400
                    ? reply
                    : json(JSON.createObjectNode()
                            .put("object", "chat.completion")
                            .set("choices", JSON.createArrayNode()));
        }));
        faults.put("the model is not listed", Map.entry(Check.MODEL_NAME, (call, upstream) -> {
            Reply reply = upstream.send(call);
            if (reply.body().path("data").path(0) instanceof ObjectNode model) {
                model.put("id", "something-else");
            }
            return reply;
        }));
        return faults;
    }

    private static Reply elsewhere(URI other, Call call) throws IOException, InterruptedException {
        try (FaultyServer relay = new FaultyServer(other, (same, upstream) -> upstream.send(same))) {
            return new Relay(relay.base()).send(call);
        }
    }

    /** Sends a call on. */
    private record Relay(URI base) {
        Reply send(Call call) throws IOException, InterruptedException {
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpResponse<String> response = client.send(
                        HttpRequest.newBuilder(base.resolve(call.path()))
                                .method(
                                        call.method(),
                                        call.body().isMissingNode()
                                                ? HttpRequest.BodyPublishers.noBody()
                                                : HttpRequest.BodyPublishers.ofString(
                                                        call.body().toString()))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                List<JsonNode> events = new ArrayList<>();
                if (response.body().startsWith("data: ")) {
                    for (String line : response.body().split("\n", -1)) {
                        if (line.startsWith("data: ")) {
                            events.add(
                                    line.endsWith("[DONE]")
                                            ? JSON.stringNode("[DONE]")
                                            : JSON.readTree(line.substring(6)));
                        }
                    }
                }
                JsonNode body = events.isEmpty() ? JSON.readTree(response.body()) : JSON.missingNode();
                return new Reply(response.statusCode(), body, events);
            }
        }
    }

    /** While several calls are under way, each gets the first one's answer. */
    private static final class MixedUp implements Fault {
        private final AtomicInteger running = new AtomicInteger();
        private volatile Optional<Reply> first = Optional.empty();

        @Override
        public Reply answer(Call call, Upstream upstream) throws IOException, InterruptedException {
            boolean alone = running.incrementAndGet() == 1;
            try {
                Thread.sleep(30);
                Reply own = upstream.send(call);
                if (running.get() == 1 && alone) {
                    first = Optional.empty();
                    return own;
                }
                if (first.isEmpty()) {
                    first = Optional.of(own);
                }
                return first.orElse(own);
            } finally {
                running.decrementAndGet();
            }
        }
    }

    /** Equal conversations get the first answer, whatever else was asked. */
    private static final class Cached implements Fault {
        private final Map<String, Reply> known = new ConcurrentHashMap<>();

        @Override
        public Reply answer(Call call, Upstream upstream) throws IOException, InterruptedException {
            String key = call.path()
                    + call.body().path("messages")
                    + call.body().path("max_tokens")
                    + call.body().path("stream")
                    + call.body().path("stop")
                    + call.body().path("tool_choice")
                    + call.body().path("response_format");
            Reply reply = known.get(key);
            if (reply == null || call.method().equals("GET") || call.path().endsWith("v1/completions")) {
                reply = upstream.send(call);
                known.put(key, reply);
            }
            return reply;
        }
    }

    List<String> names() {
        return List.copyOf(faults().keySet());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void findsAndNamesEveryFault(String name) {
        Map.Entry<Check, Fault> fault = Objects.requireNonNull(faults().get(name));
        try (FaultyServer server = new FaultyServer(sound, fault.getValue())) {
            Diagnosis diagnosis = examine(server.base(), Optional.empty(), Optional.of(reference));
            assertThat(diagnosis.failed().stream().map(Diagnosis.Examined::check))
                    .as("%s: %s", name, diagnosis.failed())
                    .contains(fault.getKey());
        }
    }

    // ---- no false alarms

    @Test
    void accusesNoSoundServer() throws IOException {
        record Sound(URI base, Optional<String> key, Optional<Engine> reference) {}
        List<Sound> configurations = new ArrayList<>();
        Optional<String> key = Optional.of("a-key-of-the-test");
        for (String name : List.of("nano", "micro", "mini")) {
            Engine own = runtime.open(model(name), new EngineOptions(512, 1));
            opened.add(own);
            configurations.add(new Sound(
                    server(model(name), EngineOptions.serving(512, 1, 4), Optional.empty()),
                    Optional.empty(),
                    Optional.of(own)));
            configurations.add(new Sound(server(model(name), new EngineOptions(512, 1), key), key, Optional.of(own)));
            for (String type : List.of("Q8_0", "Q4_0")) {
                Path file = folder.resolve(name + "-" + type + "-sound.gguf");
                runtime.quantize(model(name), file, type, 1);
                Engine quantizedOwn = runtime.open(file, new EngineOptions(384, 1));
                opened.add(quantizedOwn);
                configurations.add(new Sound(
                        server(file, EngineOptions.serving(384, 1, 8), Optional.empty()),
                        Optional.empty(),
                        Optional.of(quantizedOwn)));
            }
        }
        configurations.add(new Sound(sound, Optional.empty(), Optional.empty()));
        for (Sound configuration : configurations) {
            Diagnosis diagnosis = examine(configuration.base, configuration.key, configuration.reference);
            assertThat(diagnosis.failed()).as("%s", diagnosis.failed()).isEmpty();
            assertThat(diagnosis.checks().stream().filter(result -> result.outcome() instanceof Outcome.Passed))
                    .hasSizeGreaterThan(12);
        }
        assertThat(configurations).hasSizeGreaterThanOrEqualTo(10);
    }

    // ---- endpoints that are none

    @Test
    void aSilentEndpointIsGivenUpInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            long start = System.nanoTime();
            try (Doctor doctor = new Doctor(
                    URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/v1"),
                    "m",
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofMillis(700),
                    result -> {})) {
                Diagnosis diagnosis = doctor.examine();
                assertThat(diagnosis.failed().getFirst().check()).isEqualTo(Check.REACHABLE);
                assertThat(diagnosis.checks()).hasSize(Check.values().length);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        }
    }

    @Test
    void anEndpointThatDribblesForEverIsGivenUpInTime() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread dribble = Thread.ofVirtual().start(() -> {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    while (true) {
                        socket.getOutputStream().write(' ');
                        socket.getOutputStream().flush();
                        Thread.sleep(50);
                    }
                } catch (IOException | InterruptedException e) {
                    // The doctor has left.
                }
            });
            try (Doctor doctor = new Doctor(
                    URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1"),
                    "m",
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofMillis(700),
                    result -> {})) {
                assertThat(doctor.examine().isHealthy()).isFalse();
            }
            dribble.join(Duration.ofSeconds(5));
        }
    }
}
