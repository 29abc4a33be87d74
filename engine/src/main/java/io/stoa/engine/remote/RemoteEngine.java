package io.stoa.engine.remote;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.Question;
import io.stoa.engine.ScoredToken;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ToolCall;
import io.stoa.engine.serve.EngineWire;
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
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model behind an OpenAI-compatible endpoint ({@code POST chat/completions} and {@code completions}, streamed as
 * server-sent events; OpenAI API reference, "Chat").
 *
 * <p>It always generates. A {@code stoa engine} on the other side does everything else as well, by its own calls. With
 * other servers plain text is scored where {@code echo} truly gives the prompt's log-probabilities, which is tried out
 * first; a conversation is not, because nobody but the server knows how it renders one.
 *
 * <p>Tool calls that the server has parsed are written back into the text as {@code
 * <tool_call>{"name": …, "arguments": …}</tool_call>}, where {@link io.stoa.engine.chat.ToolCallParser} finds them.
 * Reasoning that the server keeps apart is not part of the text. Token counts are the server's ({@code usage}); from a
 * server that sends none the answer counts as many tokens as it had pieces, and the prompt none.
 */
public final class RemoteEngine implements Engine {
    private static final int LONGEST_TEXT = 16 * 1024 * 1024;

    /** Calls at once, where nobody says how many: enough to keep a batching server busy. */
    private static final int AT_ONCE = 8;

    private final Candidate.RemoteModel model;
    private final Duration timeout;
    private final ObjectMapper json = new JsonMapper();
    private final Endpoint endpoint;
    private final Duration deadline;
    private final Semaphore turns;
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
        this(model, timeout, timeout.multipliedBy(10), AT_ONCE, environment, clock, jitter);
    }

    /**
     * Makes an engine; nothing is sent before the first call.
     *
     * @param deadline the longest that one call may take, with its repetitions
     * @param atOnce the most calls under way; others wait for their turn
     */
    public RemoteEngine(
            Candidate.RemoteModel model,
            Duration timeout,
            Duration deadline,
            int atOnce,
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
        this.deadline = deadline;
        this.turns = new Semaphore(atOnce);
        this.endpoint = new Endpoint(
                model.baseUri(),
                timeout,
                deadline,
                model.keyVariable().map(name -> key(name, environment)),
                json,
                clock,
                jitter);
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
            synchronized (this) {
                if (facts.isEmpty()) {
                    facts = Optional.of(ask());
                }
                return facts.get();
            }
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

    /** What it can truly do, tried out once. */
    @Override
    public Set<Capability> capabilities() {
        Ability ability = ability();
        return ability.own
                ? Set.of(Capability.values())
                : ability.objection.isEmpty()
                        ? Set.of(Capability.GENERATE, Capability.SCORE)
                        : Set.of(Capability.GENERATE);
    }

    /**
     * What the endpoint is.
     *
     * @param own whether it is a {@code stoa engine}
     * @param objection why it cannot score text, if it cannot
     */
    private record Ability(boolean own, Optional<String> objection) {}

    private Optional<Ability> known = Optional.empty();

    private synchronized Ability ability() {
        if (known.isEmpty() && closed) {
            return new Ability(false, Optional.of("it was closed before it was tried"));
        }
        if (known.isEmpty()) {
            known = Optional.of(
                    isOwn()
                            ? new Ability(true, Optional.empty())
                            : new Ability(false, new PromptScores(endpoint, json, model.name()).objection()));
        }
        return known.get();
    }

    @Override
    public Optional<String> whyNot(Capability capability) {
        return capability == Capability.SCORE ? ability().objection : Optional.empty();
    }

    private boolean isOwn() {
        try {
            return endpoint.get(EngineWire.FACTS)
                    .filter(answer -> answer.path("facts").isObject())
                    .isPresent();
        } catch (StoaException e) {
            return false;
        }
    }

    private <T> T exactly(String path, Object body, TypeReference<T> type, String what) {
        if (!ability().own) {
            throw unsupported(what);
        }
        return inTurn(() -> {
            JsonNode answer = endpoint.document(endpoint.post(path, json.valueToTree(body)));
            return json.convertValue(answer, type);
        });
    }

    @Override
    public Generation generate(
            Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
        return inTurn(() -> {
            long start = System.nanoTime();
            Answer answer = new Answer(stream, start);
            String path = prompt instanceof Prompt.Text ? "completions" : "chat/completions";
            if (cancelled.getAsBoolean()) {
                return answer.generation(Generation.Finish.CANCELLED);
            }
            HttpResponse<InputStream> response = endpoint.post(path, request(prompt, options));
            if (!Endpoint.contentType(response).contains("event-stream")) {
                answer.add(endpoint.document(response));
                return answer.finished(endpoint.address(path));
            }
            long end = start + deadline.toNanos();
            return streamed(endpoint.address(path), response.body(), end, answer, cancelled);
        });
    }

    private Generation streamed(URI address, InputStream body, long end, Answer answer, BooleanSupplier cancelled) {
        try (ServerSentEvents events = new ServerSentEvents(address, timeout, end, endpoint, body)) {
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
                messages(chat.messages(), request);
                if (!chat.tools().isEmpty()) {
                    ArrayNode tools = request.putArray("tools");
                    chat.tools().forEach(tool -> tools.add(tool.json()));
                }
            }
            case Prompt.Continued continued -> {
                messages(continued.messages(), request);
                // vLLM's names, which SGLang, llama.cpp and Stoa's own server know too.
                request.put("add_generation_prompt", false).put("continue_final_message", true);
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

    private static void messages(List<ChatMessage> messages, ObjectNode request) {
        ArrayNode array = request.putArray("messages");
        messages.forEach(message -> add(message, array.addObject()));
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
        try {
            turns.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.resources(model.baseUri() + ": interrupted while waiting for a turn");
        }
        try {
            if (closed) {
                throw new IllegalStateException("the engine for " + model.id() + " is closed");
            }
            return work.run();
        } finally {
            turns.release();
        }
    }

    @Override
    public List<LogLikelihood> score(Prompt prompt, List<String> continuations) {
        return scoreAll(List.of(new Question(prompt, continuations))).getFirst();
    }

    @Override
    public List<List<LogLikelihood>> scoreAll(List<Question> questions) {
        Ability ability = ability();
        if (ability.own) {
            return exactly(EngineWire.SCORE, EngineWire.Score.of(questions), new TypeReference<>() {}, "score");
        }
        if (ability.objection.isPresent()) {
            throw unsupported("score");
        }
        PromptScores scores = new PromptScores(endpoint, json, model.name());
        return questions.stream()
                .map(question -> switch (question.prompt()) {
                    case Prompt.Text(String text) ->
                        question.continuations().stream()
                                .map(continuation -> inTurn(() -> scores.score(text, continuation)))
                                .toList();
                    case Prompt.Chat _, Prompt.Continued _ ->
                        throw StoaException.engine(model.baseUri()
                                + ": scores plain text only, because it does not tell how it renders a conversation;"
                                + " serve the model with stoa engine, or ask for answers instead");
                })
                .toList();
    }

    @Override
    public List<Integer> tokenize(String text, boolean special) {
        return exactly(
                EngineWire.TOKENIZE, new EngineWire.Tokenize(text, special), new TypeReference<>() {}, "tokenize");
    }

    @Override
    public String detokenize(List<Integer> tokens, boolean special) {
        return exactly(
                EngineWire.DETOKENIZE,
                new EngineWire.Detokenize(tokens, special),
                new TypeReference<>() {},
                "detokenize");
    }

    @Override
    public List<ScoredToken> logProbabilities(List<Integer> tokens, int alternatives) {
        return exactly(
                EngineWire.LOG_PROBABILITIES,
                new EngineWire.LogProbabilities(tokens, alternatives),
                new TypeReference<>() {},
                "score tokens");
    }

    @Override
    public List<Integer> promptTokens(Prompt prompt) {
        return exactly(EngineWire.PROMPT_TOKENS, EngineWire.Asked.of(prompt), new TypeReference<>() {}, "tokenize");
    }

    @Override
    public List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength) {
        return exactly(
                EngineWire.EMBED, new EngineWire.Embed(texts, pooling, unitLength), new TypeReference<>() {}, "embed");
    }

    private UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException(model.baseUri() + ": this endpoint cannot " + what
                + known.flatMap(Ability::objection).map(why -> ": " + why).orElse(""));
    }

    @Override
    public void close() {
        closed = true;
        endpoint.close();
    }
}
