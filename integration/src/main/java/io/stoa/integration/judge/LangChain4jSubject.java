package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.agent.tool.ToolSpecifications;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.service.tool.DefaultToolExecutor;
import dev.langchain4j.service.tool.ToolExecutor;
import io.stoa.integration.judge.Stage.Kind;
import io.stoa.integration.judge.Trace.Outcome;
import io.stoa.integration.judge.Trace.StageRun;
import io.stoa.integration.judge.metric.Answers;
import io.stoa.integration.judge.metric.ExpectedCall.Call;
import io.stoa.integration.retrieve.Passage;
import io.stoa.model.Digest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Somebody's own LangChain4j service as a {@link Subject}, unchanged: its parts are handed to it through a {@link Watch}, which
 * passes everything on and sees it, so that retrieval, generation and tools are told apart and can be fixed.
 *
 * <pre>{@code
 * LangChain4jSubject.Watch watch = new LangChain4jSubject.Watch();
 * SupportDesk desk = new SupportDesk(watch.model("generate", model), watch.retriever("retrieve", retriever));
 * Subject subject = watch.subject("support desk 1.4", "gpt-oss-20b, 400 documents", desk::answer);
 * }</pre>
 *
 * <p>Items are asked one after the other. What a service does in other threads on behalf of a question counts as long as it is
 * done when the answer is there.
 */
public final class LangChain4jSubject implements Subject {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final String name;
    private final String settings;
    private final Watch watch;
    private final UnaryOperator<String> service;
    private final Function<String, Optional<Passage>> sources;

    private LangChain4jSubject(
            String name,
            String settings,
            Watch watch,
            UnaryOperator<String> service,
            Function<String, Optional<Passage>> sources) {
        this.name = requireNonNull(name, "name");
        this.settings = requireNonNull(settings, "settings");
        this.watch = watch;
        this.service = requireNonNull(service, "service");
        this.sources = requireNonNull(sources, "sources");
    }

    /** Wraps a service's parts. One watch for one service. */
    public static final class Watch {
        private final Map<String, Kind> stages = new LinkedHashMap<>();
        private @Nullable Run run;

        /** A retriever that does what this one does. */
        public ContentRetriever retriever(String stage, ContentRetriever retriever) {
            add(stage, Kind.RETRIEVE);
            return query -> retrieve(stage, retriever, query);
        }

        /** A model that answers what this one answers. */
        public ChatModel model(String stage, ChatModel model) {
            add(stage, Kind.GENERATE);
            return new WatchedModel(this, stage, model);
        }

        /** An executor that does what this one does. */
        public ToolExecutor tool(String stage, ToolExecutor executor) {
            add(stage, Kind.TOOL);
            return (request, memory) -> execute(stage, executor, request, memory);
        }

        /** The methods of an object that carry {@code @Tool}, for {@code AiServices.tools(Map)}; each is a stage by its name. */
        public Map<ToolSpecification, ToolExecutor> tools(Object object) {
            Map<ToolSpecification, ToolExecutor> tools = new LinkedHashMap<>();
            for (ToolSpecification specification : ToolSpecifications.toolSpecificationsFrom(object)) {
                ToolExecutor executor =
                        (request, memory) -> new DefaultToolExecutor(object, request).execute(request, memory);
                tools.put(specification, tool(specification.name(), executor));
            }
            return tools;
        }

        /**
         * The service, once its parts are wrapped.
         *
         * @param name what people call it, with its version
         * @param settings what its results depend on: models, index, prompts
         * @param service from a question to the answer
         */
        public LangChain4jSubject subject(String name, String settings, UnaryOperator<String> service) {
            return subject(name, settings, service, _ -> Optional.empty());
        }

        /**
         * The same with the passages that items call their sources, so that retrieval can be put right.
         *
         * @param sources passages by their or their document's id
         */
        public LangChain4jSubject subject(
                String name,
                String settings,
                UnaryOperator<String> service,
                Function<String, Optional<Passage>> sources) {
            return new LangChain4jSubject(name, settings, this, service, sources);
        }

        private void add(String stage, Kind kind) {
            if (stages.putIfAbsent(stage, kind) != null) {
                throw new IllegalArgumentException("two parts are called \"" + stage + "\"; call each by its own name");
            }
        }

        private synchronized Optional<Run> current() {
            return Optional.ofNullable(run);
        }

        private synchronized void set(@Nullable Run now) {
            run = now;
        }

        private List<Content> retrieve(String stage, ContentRetriever retriever, Query query) {
            Optional<Run> current = current();
            if (current.isEmpty()) {
                return retriever.retrieve(query);
            }
            JsonNode given = current.get().fixed.get(stage);
            long start = System.nanoTime();
            List<Content> contents = given == null ? retriever.retrieve(query) : contents(given);
            List<Passage> passages = contents.stream().map(Watch::passage).toList();
            current.get()
                    .note(new StageRun(
                            stage,
                            JSON.objectNode().put("query", query.text()),
                            json(passages),
                            passages,
                            Duration.ofNanos(System.nanoTime() - start),
                            0,
                            0,
                            0,
                            given != null));
            return contents;
        }

        private ChatResponse chat(String stage, ChatRequest request, Supplier<ChatResponse> ask) {
            Optional<Run> current = current();
            if (current.isEmpty()) {
                return ask.get();
            }
            JsonNode given = current.get().fixed.get(stage);
            long start = System.nanoTime();
            ChatResponse response = given == null
                    ? ask.get()
                    : ChatResponse.builder()
                            .aiMessage(AiMessage.from(given.path("text").stringValue("")))
                            .build();
            ObjectNode input = JSON.objectNode();
            ArrayNode messages = input.putArray("messages");
            request.messages().forEach(message -> messages.add(message.toString()));
            AiMessage message = response.aiMessage();
            ObjectNode output = JSON.objectNode().put("text", message.text() == null ? "" : message.text());
            ArrayNode calls = output.putArray("calls");
            for (ToolExecutionRequest call : message.toolExecutionRequests()) {
                calls.addObject().put("name", call.name()).set("arguments", arguments(call));
            }
            TokenUsage usage = given == null ? response.tokenUsage() : null;
            current.get()
                    .note(new StageRun(
                            stage,
                            input,
                            output,
                            List.of(),
                            Duration.ofNanos(System.nanoTime() - start),
                            usage == null || usage.inputTokenCount() == null ? 0 : usage.inputTokenCount(),
                            usage == null || usage.outputTokenCount() == null ? 0 : usage.outputTokenCount(),
                            0,
                            given != null));
            return response;
        }

        private String execute(String stage, ToolExecutor executor, ToolExecutionRequest request, Object memory) {
            Optional<Run> current = current();
            if (current.isEmpty()) {
                return executor.execute(request, memory);
            }
            JsonNode given = current.get().fixed.get(stage);
            long start = System.nanoTime();
            String result = given == null
                    ? executor.execute(request, memory)
                    : given.path("text").stringValue("");
            current.get()
                    .note(new StageRun(
                            stage,
                            JSON.objectNode().put("name", request.name()).set("arguments", arguments(request)),
                            JSON.objectNode().put("text", result == null ? "" : result),
                            List.of(),
                            Duration.ofNanos(System.nanoTime() - start),
                            0,
                            0,
                            0,
                            given != null));
            return result;
        }

        private static ObjectNode arguments(ToolExecutionRequest request) {
            try {
                return JsonMapper.shared().readTree(request.arguments()) instanceof ObjectNode arguments
                        ? arguments
                        : JSON.objectNode();
            } catch (JacksonException | IllegalArgumentException _) {
                return JSON.objectNode().put("unreadable", String.valueOf(request.arguments()));
            }
        }

        /** The names under which LangChain4j's loaders and stores keep where a segment comes from. */
        private static Passage passage(Content content) {
            TextSegment segment = content.textSegment();
            Metadata metadata = segment.metadata();
            String document = first(metadata, "document", "file_name", "document_id", "source", "url");
            String own = first(metadata, "id", "passage");
            Object stored = content.metadata().get(ContentMetadata.EMBEDDING_ID);
            String index = first(metadata, "index");
            String id = !own.isEmpty()
                    ? own
                    : !document.isEmpty()
                            ? document + (index.isEmpty() ? "" : "#" + index)
                            : stored != null
                                    ? stored.toString()
                                    : Digest.of(segment.text()).toString();
            return new Passage(id, document.isEmpty() ? id : document, "", segment.text(), Map.of());
        }

        private static String first(Metadata metadata, String... keys) {
            Map<String, Object> all = metadata.toMap();
            for (String key : keys) {
                Object value = all.get(key);
                if (value != null && !value.toString().isBlank()) {
                    return value.toString();
                }
            }
            return "";
        }

        private static List<Content> contents(JsonNode output) {
            List<Content> contents = new ArrayList<>();
            for (JsonNode one : output.path("passages")) {
                Metadata metadata = new Metadata()
                        .put("id", one.path("id").stringValue(""))
                        .put("document", one.path("document").stringValue(""));
                contents.add(Content.from(TextSegment.from(one.path("text").stringValue(" "), metadata)));
            }
            return contents;
        }
    }

    private static JsonNode json(List<Passage> passages) {
        ObjectNode output = JSON.objectNode();
        ArrayNode array = output.putArray("passages");
        passages.forEach(passage -> array.addObject()
                .put("id", passage.id())
                .put("document", passage.document())
                .put("text", passage.text()));
        return output;
    }

    /** What is seen while one item is asked. */
    private static final class Run {
        private final Map<String, JsonNode> fixed;
        private final List<StageRun> stages = new ArrayList<>();

        Run(Map<String, JsonNode> fixed) {
            this.fixed = Map.copyOf(fixed);
        }

        synchronized void note(StageRun stage) {
            stages.add(stage);
        }

        synchronized List<StageRun> stages() {
            return List.copyOf(stages);
        }
    }

    /** Passes everything on. */
    private record WatchedModel(Watch watch, String stage, ChatModel model) implements ChatModel {
        @Override
        public ChatResponse chat(ChatRequest request) {
            return watch.chat(stage, request, () -> model.chat(request));
        }

        @Override
        public ChatResponse chat(ChatRequest request, ChatRequestOptions options) {
            return watch.chat(stage, request, () -> model.chat(request, options));
        }

        @Override
        public ChatResponse doChat(ChatRequest request) {
            return watch.chat(stage, request, () -> model.doChat(request));
        }

        @Override
        public ChatRequestParameters defaultRequestParameters() {
            return model.defaultRequestParameters();
        }

        @Override
        public List<ChatModelListener> listeners() {
            return model.listeners();
        }

        @Override
        public ModelProvider provider() {
            return model.provider();
        }

        @Override
        public Set<Capability> supportedCapabilities() {
            return model.supportedCapabilities();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String settings() {
        return name + "\n" + settings;
    }

    /** Retrievers first, then models, then tools: a service decides by itself when it calls them. */
    @Override
    public List<Stage> stages() {
        return watch.stages.entrySet().stream()
                .map(each -> new Stage(each.getKey(), each.getValue()))
                .sorted((one, other) -> one.kind().compareTo(other.kind()))
                .toList();
    }

    @Override
    public synchronized Trace run(TestItem item, Map<String, JsonNode> fixed, long seed) {
        Run run = new Run(fixed);
        watch.set(run);
        String answer;
        try {
            answer = String.valueOf(service.apply(item.question()));
        } catch (RuntimeException e) {
            return new Trace(run.stages(), Outcome.none(), Optional.of(name + " failed: " + e));
        } finally {
            watch.set(null);
        }
        List<StageRun> stages = run.stages();
        List<Passage> shown = stages.stream()
                .flatMap(stage -> stage.passages().stream())
                .distinct()
                .toList();
        return new Trace(
                stages,
                new Outcome(
                        answer,
                        Answers.declines(answer),
                        shown,
                        calls(stages),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalDouble.empty()),
                Optional.empty());
    }

    /** Calls that the models asked for; tools need not be wrapped for that. */
    private static List<Call> calls(List<StageRun> stages) {
        List<Call> calls = new ArrayList<>();
        for (StageRun stage : stages) {
            for (JsonNode call : stage.output().path("calls")) {
                if (call.path("arguments") instanceof ObjectNode arguments) {
                    calls.add(new Call(call.path("name").stringValue(""), arguments));
                }
            }
        }
        return calls;
    }

    @Override
    public Optional<JsonNode> ideal(TestItem item, String stage, Trace asItWas) {
        return switch (watch.stages.getOrDefault(stage, Kind.OTHER)) {
            case RETRIEVE -> idealPassages(item, stage, asItWas);
            case GENERATE -> {
                boolean answers = item.unanswerable() || !item.answers().isEmpty();
                yield answers && item.calls().isEmpty() && isLastModel(stage)
                        ? Optional.of(JSON.objectNode()
                                .put(
                                        "text",
                                        item.unanswerable()
                                                ? "I do not know."
                                                : item.answers().getFirst()))
                        : Optional.empty();
            }
            case RERANK, TOOL, AGENT, ROUTE, GUARD, HUMAN, OTHER -> Optional.empty();
        };
    }

    private boolean isLastModel(String stage) {
        return watch.stages.entrySet().stream()
                .filter(each -> each.getValue() == Kind.GENERATE)
                .map(Map.Entry::getKey)
                .reduce((_, last) -> last)
                .filter(stage::equals)
                .isPresent();
    }

    private Optional<JsonNode> idealPassages(TestItem item, String stage, Trace asItWas) {
        List<Passage> right = new ArrayList<>();
        for (String source : item.sources().orElse(List.of())) {
            sources.apply(source).ifPresent(right::add);
        }
        if (right.isEmpty() || right.size() < item.sources().orElse(List.of()).size()) {
            return Optional.empty();
        }
        List<Passage> gave = asItWas.of(stage).map(StageRun::passages).orElse(List.of());
        List<Passage> others = gave.stream().filter(one -> !item.isSource(one)).toList();
        List<Passage> ideal = new ArrayList<>(right);
        ideal.addAll(others.subList(0, Math.clamp(gave.size() - (long) right.size(), 0, others.size())));
        return Optional.of(json(ideal));
    }

    @Override
    public Optional<Passage> source(TestItem item, String id) {
        return sources.apply(id);
    }

    @Override
    public Optional<JsonNode> output(String stage, List<Passage> passages) {
        return watch.stages.getOrDefault(stage, Kind.OTHER) == Kind.RETRIEVE
                ? Optional.of(json(passages))
                : Optional.empty();
    }

    /** The service is its owner's to close. */
    @Override
    public void close() {}
}
