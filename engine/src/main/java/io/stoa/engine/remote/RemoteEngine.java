package io.stoa.engine.remote;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ToolCall;
import io.stoa.model.Candidate;
import io.stoa.model.StoaException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model behind an OpenAI-compatible endpoint ({@code POST chat/completions} and {@code completions}, streamed as
 * server-sent events; OpenAI API reference, "Chat").
 *
 * <p>It only generates. Scoring needs the exact log-probabilities of given continuations, which the protocol has no
 * request for and which servers that offer {@code echo} round, truncate or template differently; so it is not claimed.
 *
 * <p>Tool calls that the server has parsed are written back into the text as {@code
 * <tool_call>{"name": …, "arguments": …}</tool_call>}, where {@link io.stoa.engine.chat.ToolCallParser} finds them.
 * Reasoning that the server keeps apart is not part of the text. Token counts are the server's ({@code usage}); from a
 * server that sends none the answer counts as many tokens as it had pieces, and the prompt none.
 */
public final class RemoteEngine implements Engine {
    private static final int LONGEST_TEXT = 16 * 1024 * 1024;

    private final Candidate.RemoteModel model;
    private final Duration timeout;
    private final ObjectMapper json = new JsonMapper();
    private final Endpoint endpoint;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile boolean closed;
    private Optional<EngineFacts> facts = Optional.empty();

    /**
     * Makes an engine; nothing is sent before the first call.
     *
     * @param timeout the longest silence: until a connection, until an answer begins, between two pieces of it
     * @param environment where the key is looked up; it is kept in memory and sent in one header, and never printed
     * @param clock dates of {@code Retry-After} are compared with
     * @param jitter spreads retries
     * @throws StoaException of kind {@code USER} when the named environment variable holds no key
     */
    public RemoteEngine(
            Candidate.RemoteModel model,
            Duration timeout,
            Map<String, String> environment,
            Clock clock,
            RandomGenerator jitter) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("a timeout must be positive: " + timeout);
        }
        if (model.baseUri().getHost() == null || model.baseUri().getRawUserInfo() != null) {
            throw StoaException.user(model.id()
                    + ": an endpoint's address has a host and no user or password; name a key's environment variable");
        }
        this.model = model;
        this.timeout = timeout;
        this.endpoint = new Endpoint(
                model.baseUri(), timeout, model.keyVariable().map(name -> key(name, environment)), json, clock, jitter);
    }

    private String key(String variable, Map<String, String> environment) {
        String key = environment.getOrDefault(variable, "").strip();
        // A header cannot hold other characters, and the HTTP client would quote the key in its complaint.
        if (!key.matches("[\\x21-\\x7e]+")) {
            throw StoaException.user(model.baseUri() + ": the environment variable " + variable
                    + (key.isEmpty() ? " is not set" : " holds characters that no key has")
                    + "; set it to the endpoint's key");
        }
        return key;
    }

    /**
     * What the endpoint says about the model, asked once ({@code GET models}).
     *
     * @throws StoaException of kind {@code ENGINE} when the endpoint cannot be reached, {@code USER} when it lists other
     *     models only
     */
    @Override
    public EngineFacts facts() {
        return inTurn(() -> {
            if (facts.isEmpty()) {
                facts = Optional.of(ask());
            }
            return facts.get();
        });
    }

    private EngineFacts ask() {
        JsonNode list =
                endpoint.get("models").map(answer -> answer.path("data")).orElseGet(json::createArrayNode);
        List<String> names = new ArrayList<>();
        Optional<JsonNode> listed = Optional.empty();
        for (JsonNode entry : list) {
            String name = entry.path("id").asString("");
            names.add(name);
            if (name.equals(model.name())) {
                listed = Optional.of(entry);
            }
        }
        if (listed.isEmpty() && !names.isEmpty()) {
            throw StoaException.user(endpoint.address("models") + ": serves "
                    + endpoint.quoted(String.join(", ", names)) + " but not " + model.name()
                    + "; give one of these names");
        }
        // vLLM and SGLang say how much context they were started with; others do not.
        OptionalInt context = listed.map(entry -> entry.path("max_model_len").asInt(0))
                .filter(tokens -> tokens > 0)
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
        String server = listed.map(entry -> entry.path("owned_by").asString(""))
                .filter(owner -> !owner.isBlank())
                .map(owner -> " (" + endpoint.quoted(owner) + ")")
                .orElse("");
        return new EngineFacts(
                model.name(),
                "OpenAI protocol at " + model.baseUri() + server,
                Optional.empty(),
                context,
                OptionalInt.empty(),
                Optional.empty());
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.GENERATE);
    }

    @Override
    public Generation generate(
            Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
        return inTurn(() -> {
            long start = System.nanoTime();
            Answer answer = new Answer(stream, start);
            String path = prompt instanceof Prompt.Chat ? "chat/completions" : "completions";
            if (cancelled.getAsBoolean()) {
                return answer.generation(Generation.Finish.CANCELLED);
            }
            HttpResponse<InputStream> response = endpoint.post(path, request(prompt, options));
            if (!Endpoint.contentType(response).contains("event-stream")) {
                answer.add(endpoint.document(response));
                return answer.finished(endpoint.address(path));
            }
            return streamed(endpoint.address(path), response.body(), answer, cancelled);
        });
    }

    private Generation streamed(URI address, InputStream body, Answer answer, BooleanSupplier cancelled) {
        try (ServerSentEvents events = new ServerSentEvents(address, timeout, endpoint, body)) {
            for (Optional<String> event = events.next(cancelled); event.isPresent(); event = events.next(cancelled)) {
                if (event.get().equals("[DONE]")) {
                    return answer.finished(address);
                }
                if (!event.get().isEmpty()) {
                    answer.add(endpoint.document(address, event.get()));
                }
            }
        }
        return cancelled.getAsBoolean() ? answer.generation(Generation.Finish.CANCELLED) : answer.finished(address);
    }

    private ObjectNode request(Prompt prompt, GenerateOptions options) {
        ObjectNode request = json.createObjectNode().put("model", model.name());
        switch (prompt) {
            case Prompt.Text text -> request.put("prompt", text.text());
            case Prompt.Chat chat -> {
                ArrayNode messages = request.putArray("messages");
                chat.messages().forEach(message -> add(message, messages.addObject()));
                if (!chat.tools().isEmpty()) {
                    ArrayNode tools = request.putArray("tools");
                    chat.tools().forEach(tool -> tools.add(tool.json()));
                }
            }
        }
        request.put("max_tokens", options.maxTokens())
                .put("temperature", options.temperature())
                .put("top_p", options.topP())
                .put("seed", options.seed());
        // Not OpenAI's own: only sent where they would change something.
        if (options.topK() > 0) {
            request.put("top_k", options.topK());
        }
        if (options.minP() > 0) {
            request.put("min_p", options.minP());
        }
        if (!options.stop().isEmpty()) {
            ArrayNode stop = request.putArray("stop");
            options.stop().forEach(stop::add);
        }
        request.put("stream", true).putObject("stream_options").put("include_usage", true);
        return request;
    }

    private static void add(ChatMessage message, ObjectNode node) {
        node.put("role", message.role());
        message.content().ifPresentOrElse(content -> node.put("content", content), () -> node.putNull("content"));
        message.toolCallId().ifPresent(id -> node.put("tool_call_id", id));
        if (!message.toolCalls().isEmpty()) {
            ArrayNode calls = node.putArray("tool_calls");
            for (ToolCall call : message.toolCalls()) {
                calls.addObject()
                        .put("id", call.id())
                        .put("type", "function")
                        .putObject("function")
                        .put("name", call.name())
                        .put("arguments", call.arguments().toString());
            }
        }
    }

    /** An answer as it comes together. */
    private final class Answer {
        private final Consumer<String> stream;
        private final long start;
        private final StringBuilder text = new StringBuilder();
        private final Map<Integer, Call> calls = new TreeMap<>();
        private Optional<Duration> first = Optional.empty();
        private Optional<String> reason = Optional.empty();
        private Optional<JsonNode> usage = Optional.empty();
        private int told;
        private int pieces;

        private Answer(Consumer<String> stream, long start) {
            this.stream = stream;
            this.start = start;
        }

        private static final class Call {
            private final StringBuilder name = new StringBuilder();
            private final StringBuilder arguments = new StringBuilder();
        }

        /** Takes in a piece of a stream ({@code delta}), a whole answer ({@code message}) or a completion ({@code text}). */
        private void add(JsonNode event) {
            if (event.path("usage").isObject()) {
                usage = Optional.of(event.path("usage"));
            }
            JsonNode choice = event.path("choices").path(0);
            JsonNode message = choice.path("delta").isObject() ? choice.path("delta") : choice.path("message");
            String piece = choice.path("text").asString(message.path("content").asString(""));
            boolean thinking = !message.path("reasoning_content")
                    .asString(message.path("reasoning").asString(""))
                    .isEmpty();
            int position = 0;
            for (JsonNode part : message.path("tool_calls")) {
                Call call = calls.computeIfAbsent(part.path("index").asInt(position++), index -> new Call());
                call.name.append(part.path("function").path("name").asString(""));
                call.arguments.append(part.path("function").path("arguments").asString(""));
            }
            boolean something = !piece.isEmpty() || thinking || position > 0;
            if (something) {
                pieces++;
                first = first.or(() -> Optional.of(Duration.ofNanos(System.nanoTime() - start)));
            }
            write(piece);
            Optional.of(choice.path("finish_reason"))
                    .filter(JsonNode::isString)
                    .ifPresent(given -> reason = Optional.of(given.stringValue()));
        }

        /** Passes text on, but for half a character at its end. */
        private void write(String piece) {
            text.append(piece);
            int size = text.length()
                    + calls.values().stream()
                            .mapToInt(call -> call.arguments.length())
                            .sum();
            if (size > LONGEST_TEXT) {
                throw StoaException.engine(model.baseUri() + ": answers with more than " + LONGEST_TEXT
                        + " characters, whatever the token limit; do not use this server");
            }
            int whole = !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1))
                    ? text.length() - 1
                    : text.length();
            if (whole > told) {
                stream.accept(text.substring(told, whole));
                told = whole;
            }
        }

        private Generation finished(URI address) {
            String given = reason.orElseThrow(() -> StoaException.engine(address + ": the answer broke off after "
                    + text.length() + " characters; see the server's log, or raise its own time limit"));
            for (Call call : calls.values()) {
                String arguments = call.arguments.isEmpty() ? "{}" : call.arguments.toString();
                write((text.isEmpty() ? "" : "\n") + "<tool_call>\n{\"name\": "
                        + json.writeValueAsString(call.name.toString()) + ", \"arguments\": " + arguments
                        + "}\n</tool_call>");
            }
            return generation(given.equals("length") ? Generation.Finish.LENGTH : Generation.Finish.STOP);
        }

        private Generation generation(Generation.Finish finish) {
            return new Generation(
                    text.substring(0, Math.max(told, 0)),
                    finish,
                    usage.map(counts -> counts.path("prompt_tokens").asInt(0)).orElse(0),
                    usage.map(counts -> counts.path("completion_tokens").asInt(pieces))
                            .orElse(pieces),
                    first,
                    Duration.ofNanos(System.nanoTime() - start));
        }
    }

    @FunctionalInterface
    private interface Work<T> {
        T run();
    }

    private <T> T inTurn(Work<T> work) {
        turn.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the engine for " + model.id() + " is closed");
            }
            return work.run();
        } finally {
            turn.unlock();
        }
    }

    /** Not supported: see the class. */
    @Override
    public List<LogLikelihood> score(Prompt prompt, List<String> continuations) {
        throw unsupported("score");
    }

    @Override
    public List<Integer> tokenize(String text, boolean special) {
        throw unsupported("tokenize");
    }

    @Override
    public String detokenize(List<Integer> tokens, boolean special) {
        throw unsupported("detokenize");
    }

    @Override
    public List<ScoredToken> logProbabilities(List<Integer> tokens, int alternatives) {
        throw unsupported("score");
    }

    @Override
    public List<Integer> promptTokens(Prompt prompt) {
        throw unsupported("tokenize");
    }

    @Override
    public List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength) {
        throw unsupported("embed");
    }

    private UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException(
                model.baseUri() + ": an OpenAI-compatible endpoint only generates, it cannot " + what);
    }

    @Override
    public void close() {
        closed = true;
        endpoint.close();
    }
}
