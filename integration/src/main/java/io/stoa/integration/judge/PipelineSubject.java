package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.judge.Stage.Kind;
import io.stoa.integration.judge.Trace.StageRun;
import io.stoa.integration.judge.WatchedSteps.Seen;
import io.stoa.integration.judge.metric.Answers;
import io.stoa.integration.judge.metric.ExpectedCall.Call;
import io.stoa.integration.pipeline.Inputs;
import io.stoa.integration.pipeline.Outcome;
import io.stoa.integration.pipeline.Pipeline;
import io.stoa.integration.pipeline.PipelineRun;
import io.stoa.integration.pipeline.Stage.Branch;
import io.stoa.integration.pipeline.Stage.CallTool;
import io.stoa.integration.pipeline.Stage.Generate;
import io.stoa.integration.pipeline.Stage.Guard;
import io.stoa.integration.pipeline.Stage.Human;
import io.stoa.integration.pipeline.Stage.Parallel;
import io.stoa.integration.pipeline.Stage.Rerank;
import io.stoa.integration.pipeline.Stage.Retrieve;
import io.stoa.integration.pipeline.Stage.Route;
import io.stoa.integration.pipeline.Stage.RunAgent;
import io.stoa.integration.pipeline.Stage.Sampling;
import io.stoa.integration.pipeline.Surroundings;
import io.stoa.integration.pipeline.ValueType;
import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore.Hit;
import io.stoa.integration.step.Steps;
import io.stoa.integration.tool.Ruling;
import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.StoaException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A pipeline of Stoa's as a {@link Subject}. The question goes to the input {@code question}, or to the only input of type text; the
 * answer is the output {@code answer}, or the first that is a text. A guard or a person that stops a run declines.
 *
 * <p>Tools that change something are rehearsed: the call is noted and answered with {@code {"rehearsed": true}}, and nothing is done,
 * unless {@link Conditions#effects} lets it be done.
 */
public final class PipelineSubject implements Subject {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Sources are looked for among so many of the best passages. */
    private static final int MOST_LOOKED_THROUGH = 1000;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Pipeline pipeline;
    private final Surroundings surroundings;
    private final Conditions conditions;
    private final List<Placed> placed;
    private final Map<String, Optional<Passage>> sources = new ConcurrentHashMap<>();

    /**
     * Under what it is judged.
     *
     * @param effects whether tools that change something are truly called
     * @param approves whether people would approve whatever they are shown
     * @param reset the tool that puts the tools' world back before each run, called without arguments
     * @param state the tool that tells what it looks like afterwards, as JSON, called without arguments
     * @param prices of models' tokens
     */
    public record Conditions(
            boolean effects, boolean approves, Optional<String> reset, Optional<String> state, Prices prices) {
        public Conditions {
            requireNonNull(reset, "reset");
            requireNonNull(state, "state");
            requireNonNull(prices, "prices");
        }

        /** Tools are rehearsed and people approve. */
        public static Conditions rehearsed() {
            return new Conditions(false, true, Optional.empty(), Optional.empty(), Prices.NONE);
        }
    }

    /**
     * What a million tokens cost.
     *
     * @param prompt read
     * @param answer written
     */
    public record Prices(double prompt, double answer) {
        public static final Prices NONE = new Prices(0, 0);

        public Prices {
            if (!(prompt >= 0 && answer >= 0)) {
                throw new IllegalArgumentException("prices are not negative: " + prompt + ", " + answer);
            }
        }
    }

    /** A stage with its path. */
    private record Placed(String path, io.stoa.integration.pipeline.Stage stage) {}

    /** @param surroundings what the pipeline's file names, opened; whoever opened it closes it */
    public PipelineSubject(Pipeline pipeline, Surroundings surroundings, Conditions conditions) {
        this.pipeline = requireNonNull(pipeline, "pipeline");
        this.conditions = requireNonNull(conditions, "conditions");
        this.surroundings = conditions.effects() ? surroundings : rehearsed(surroundings);
        this.placed = placed(pipeline.stages(), "").toList();
        Stream.of(conditions.reset(), conditions.state())
                .flatMap(Optional::stream)
                .forEach(name -> {
                    if (!surroundings.tools().containsKey(name)) {
                        throw StoaException.user("the pipeline has no tool \"" + name + "\"; it has "
                                + String.join(
                                        ", ",
                                        surroundings.tools().keySet().stream()
                                                .sorted()
                                                .toList()));
                    }
                });
    }

    private static Stream<Placed> placed(List<io.stoa.integration.pipeline.Stage> stages, String before) {
        return stages.stream().flatMap(stage -> {
            String path = before + stage.name();
            Stream<Placed> inner = switch (stage) {
                case Route route ->
                    Stream.concat(
                            route.cases().entrySet().stream()
                                    .flatMap(each -> inside(each.getValue().branch(), path + "/" + each.getKey())),
                            route.otherwise().stream().flatMap(branch -> inside(branch, path + "/" + Route.OTHERWISE)));
                case Parallel parallel ->
                    parallel.branches().entrySet().stream()
                            .flatMap(each -> inside(each.getValue(), path + "/" + each.getKey()));
                case Retrieve _, Rerank _, Generate _, CallTool _, RunAgent _, Guard _, Human _ -> Stream.empty();
            };
            return stage instanceof Parallel ? inner : Stream.concat(Stream.of(new Placed(path, stage)), inner);
        });
    }

    private static Stream<Placed> inside(Branch branch, String path) {
        return placed(branch.stages(), path + "/");
    }

    private static Surroundings rehearsed(Surroundings real) {
        Map<String, Tool> tools = new LinkedHashMap<>();
        real.tools()
                .forEach((name, tool) ->
                        tools.put(name, tool.description().effects() == Effects.NONE ? tool : new RehearsedTool(tool)));
        return new Surroundings(real.models(), real.stores(), tools, real.rerankers(), real.agents());
    }

    /** A tool whose calls are noted and not made. */
    private record RehearsedTool(Tool tool) implements Tool {
        @Override
        public Description description() {
            return tool.description();
        }

        @Override
        public String call(ObjectNode arguments, String effect, Duration patience) {
            return "{\"rehearsed\": true}";
        }

        @Override
        public Optional<String> objection(Duration patience) {
            return tool.objection(patience);
        }

        @Override
        public void close() {
            tool.close();
        }
    }

    @Override
    public String name() {
        return pipeline.name();
    }

    @Override
    public String settings() {
        return pipeline.digest() + "\n" + surroundings.identities() + "\n" + conditions;
    }

    @Override
    public List<Stage> stages() {
        return stages(placed);
    }

    /** The stages of a pipeline that nobody has opened. */
    public static List<Stage> stages(Pipeline pipeline) {
        return stages(placed(pipeline.stages(), "").toList());
    }

    /** The models by which passages are ranked. */
    public static Set<String> rankingModels(Pipeline pipeline) {
        return placed(pipeline.stages(), "")
                .map(Placed::stage)
                .filter(Rerank.class::isInstance)
                .flatMap(stage -> ((Rerank) stage).model().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static List<Stage> stages(List<Placed> placed) {
        return placed.stream()
                .map(each -> new Stage(each.path(), kind(each.stage())))
                .toList();
    }

    private static Kind kind(io.stoa.integration.pipeline.Stage stage) {
        return switch (stage) {
            case Retrieve _ -> Kind.RETRIEVE;
            case Rerank _ -> Kind.RERANK;
            case Generate _ -> Kind.GENERATE;
            case CallTool _ -> Kind.TOOL;
            case RunAgent _ -> Kind.AGENT;
            case Route _ -> Kind.ROUTE;
            case Guard _ -> Kind.GUARD;
            case Human _ -> Kind.HUMAN;
            case Parallel _ -> Kind.OTHER;
        };
    }

    // ---- Asking ----

    @Override
    public Trace run(TestItem item, Map<String, JsonNode> fixed, long seed) {
        conditions.reset().ifPresent(name -> tool(name, item));
        WatchedSteps steps = new WatchedSteps(
                "judge/" + item.id() + "/" + seed,
                placed.stream().map(Placed::path).toList(),
                fixed,
                conditions.approves());
        Outcome outcome =
                new PipelineRun(seeded(seed), watched(steps, fixed), steps).run(Inputs.checked(pipeline, inputs(item)));
        List<StageRun> runs = runs(steps.seen());
        return switch (outcome) {
            case Outcome.Done(ObjectNode outputs) ->
                new Trace(runs, outcome(item, outputs, runs, steps.calls()), Optional.empty());
            case Outcome.Stopped _ -> new Trace(runs, stopped(item, runs, steps.calls()), Optional.empty());
            case Outcome.Waits waits ->
                new Trace(runs, Trace.Outcome.none(), Optional.of(waits.path() + " waits for a person"));
            case Outcome.Failed(String path, StoaException.Kind kind, String reason) -> {
                if (kind == StoaException.Kind.BUG) {
                    throw StoaException.bug(path + ": " + reason);
                }
                yield new Trace(runs, Trace.Outcome.none(), Optional.of(path + " failed: " + reason));
            }
        };
    }

    /** Draws are made by a seed for each try; a pipeline that is greedy stays what it is. */
    private Pipeline seeded(long seed) {
        return seed == 0
                ? pipeline
                : new Pipeline(
                        pipeline.name(),
                        pipeline.description(),
                        pipeline.file(),
                        pipeline.source(),
                        pipeline.inputs(),
                        pipeline.models(),
                        pipeline.stores(),
                        pipeline.tools(),
                        seeded(pipeline.stages(), seed),
                        pipeline.outputs(),
                        pipeline.limits());
    }

    private static List<io.stoa.integration.pipeline.Stage> seeded(
            List<io.stoa.integration.pipeline.Stage> stages, long seed) {
        return stages.stream()
                .map(stage -> switch (stage) {
                    case Generate g ->
                        new Generate(
                                g.settings(),
                                g.model(),
                                g.system(),
                                g.prompt(),
                                seeded(g.sampling(), seed),
                                g.schema(),
                                g.choices(),
                                g.cites());
                    case RunAgent a ->
                        new RunAgent(
                                a.settings(),
                                a.model(),
                                a.system(),
                                a.prompt(),
                                seeded(a.sampling(), seed),
                                a.tools(),
                                a.turns(),
                                a.calls(),
                                a.approve());
                    case Retrieve _, Rerank _, CallTool _, Route _, Parallel _, Guard _, Human _ -> stage;
                })
                .toList();
    }

    private static Sampling seeded(Sampling sampling, long seed) {
        return new Sampling(
                sampling.maxTokens(), sampling.temperature(), sampling.topP(), sampling.seed() + seed, sampling.stop());
    }

    private Surroundings watched(WatchedSteps steps, Map<String, JsonNode> fixed) {
        Surroundings.Agents agents = new WatchedAgents(surroundings.agents(), steps, fixed);
        return new Surroundings(
                surroundings.models(), surroundings.stores(), surroundings.tools(), surroundings.rerankers(), agents);
    }

    /** Agents whose answers are seen, or given instead. */
    private record WatchedAgents(Surroundings.Agents real, WatchedSteps steps, Map<String, JsonNode> fixed)
            implements Surroundings.Agents {
        @Override
        public ObjectNode answer(String path, RunAgent stage, Task task, Steps inner) {
            boolean given = fixed.get(path) instanceof ObjectNode;
            ObjectNode answer =
                    fixed.get(path) instanceof ObjectNode result ? result : real.answer(path, stage, task, inner);
            steps.note(path, JSON.objectNode().put("prompt", task.prompt()), answer, given);
            return answer;
        }

        @Override
        public Optional<Ruling> rule(String name, Tool tool, ObjectNode arguments) {
            return real.rule(name, tool, arguments);
        }
    }

    private ObjectNode inputs(TestItem item) {
        ObjectNode inputs = item.inputs().deepCopy();
        List<String> texts = pipeline.inputs().entrySet().stream()
                .filter(each -> each.getValue() == ValueType.TEXT)
                .map(Map.Entry::getKey)
                .filter(name -> !inputs.has(name))
                .toList();
        String name =
                pipeline.inputs().containsKey("question") ? "question" : texts.size() == 1 ? texts.getFirst() : "";
        if (name.isEmpty()) {
            throw StoaException.user("pipeline " + pipeline.name() + " has no input \"question\" and not one text input"
                    + " alone, so where an item's question goes cannot be told; call one of its inputs question");
        }
        return inputs.put(name, item.question());
    }

    private String tool(String name, TestItem item) {
        Tool tool = surroundings.tools().get(name);
        if (tool == null) {
            throw StoaException.bug("the tool " + name + " is gone");
        }
        return tool.call(JSON.objectNode(), "judge/" + item.id() + "/" + name, PATIENCE);
    }

    private List<StageRun> runs(List<Seen> seen) {
        Map<String, List<Seen>> ofStage = new LinkedHashMap<>();
        seen.forEach(one ->
                ofStage.computeIfAbsent(one.stage(), _ -> new ArrayList<>()).add(one));
        List<StageRun> runs = new ArrayList<>();
        ofStage.forEach((stage, parts) -> {
            Seen whole =
                    parts.stream().filter(Seen::whole).reduce((_, last) -> last).orElse(parts.getLast());
            long read = tokens(parts, "prompt_tokens", "promptTokens");
            long written = tokens(parts, "answer_tokens", "answerTokens");
            runs.add(new StageRun(
                    stage,
                    whole.input(),
                    whole.output(),
                    passages(whole.output()),
                    parts.stream().map(Seen::time).reduce(Duration.ZERO, Duration::plus),
                    read,
                    written,
                    (read * conditions.prices().prompt()
                                    + written * conditions.prices().answer())
                            / 1e6,
                    whole.given()));
        });
        return runs;
    }

    private static long tokens(List<Seen> parts, String... names) {
        long tokens = 0;
        for (Seen part : parts) {
            for (String name : names) {
                tokens +=
                        part.given() ? 0 : Math.max(0, part.output().path(name).asLong(0));
            }
        }
        return tokens;
    }

    private static List<Passage> passages(JsonNode output) {
        List<Passage> passages = new ArrayList<>();
        for (JsonNode one : output.path("passages")) {
            String id = one.path("id").stringValue("");
            String document = one.path("document").stringValue("");
            if (!id.isBlank()) {
                passages.add(new Passage(
                        id,
                        document.isBlank() ? id : document,
                        one.path("place").stringValue(""),
                        one.path("text").stringValue(""),
                        Map.of()));
            }
        }
        return passages;
    }

    // ---- What came of it ----

    private Trace.Outcome outcome(TestItem item, ObjectNode outputs, List<StageRun> runs, List<Call> calls) {
        String answer = Optional.of(outputs.path("answer"))
                .filter(JsonNode::isString)
                .or(() -> outputs.valueStream().filter(JsonNode::isString).findFirst())
                .map(JsonNode::stringValue)
                .orElse("");
        JsonNode declined = outputs.path("declined");
        JsonNode confidence = outputs.path("confidence");
        return new Trace.Outcome(
                answer,
                (declined.isBoolean() && declined.booleanValue()) || Answers.declines(answer),
                shown(runs),
                calls(runs, calls),
                state(item),
                route(runs),
                confidence.isNumber() && Double.isFinite(confidence.doubleValue())
                        ? OptionalDouble.of(confidence.doubleValue())
                        : OptionalDouble.empty());
    }

    private Trace.Outcome stopped(TestItem item, List<StageRun> runs, List<Call> calls) {
        return new Trace.Outcome(
                "", true, shown(runs), calls(runs, calls), state(item), route(runs), OptionalDouble.empty());
    }

    /** Those of the last stage that gave passages. */
    private static List<Passage> shown(List<StageRun> runs) {
        return runs.reversed().stream()
                .filter(run -> !run.passages().isEmpty())
                .findFirst()
                .map(StageRun::passages)
                .orElse(List.of());
    }

    /** Calls that were made, and those that a fixed agent is said to have made. */
    private List<Call> calls(List<StageRun> runs, List<Call> made) {
        List<Call> calls = new ArrayList<>(made);
        for (StageRun run : runs) {
            if (run.fixed()) {
                for (JsonNode call : run.output().path("calls")) {
                    if (call.path("arguments") instanceof ObjectNode arguments) {
                        calls.add(new Call(call.path("name").stringValue(""), arguments));
                    }
                }
            }
        }
        return calls;
    }

    private Optional<JsonNode> state(TestItem item) {
        return conditions.state().map(name -> {
            String text = tool(name, item);
            try {
                return JsonMapper.shared().readTree(text);
            } catch (JacksonException e) {
                throw new StoaException(
                        StoaException.Kind.USER, "the tool " + name + " does not tell the state as JSON: " + text, e);
            }
        });
    }

    private Optional<String> route(List<StageRun> runs) {
        return runs.stream()
                .filter(run -> run.output().path("choice").isString())
                .map(run -> run.output().path("choice").stringValue())
                .findFirst();
    }

    // ---- What would be right ----

    @Override
    public Optional<JsonNode> ideal(TestItem item, String stage, Trace asItWas) {
        Optional<io.stoa.integration.pipeline.Stage> found = placed.stream()
                .filter(each -> each.path().equals(stage))
                .map(Placed::stage)
                .findFirst();
        return found.flatMap(each -> switch (each) {
            case Retrieve _, Rerank _ -> idealPassages(item, stage, asItWas);
            case Generate generate ->
                isLast(stage)
                                && generate.schema().isEmpty()
                                && generate.choices().isEmpty()
                        ? idealAnswer(item, generate.cites().isPresent(), asItWas)
                        : Optional.empty();
            case RunAgent _ -> idealAgent(item);
            case Route route ->
                item.route()
                        .filter(name -> route.cases().containsKey(name)
                                || route.otherwise().isPresent())
                        .map(name -> JSON.objectNode().put("choice", name));
            case Guard _ ->
                item.attack().isEmpty() && !item.unanswerable()
                        ? Optional.of(JSON.objectNode().put("reason", ""))
                        : Optional.empty();
            case CallTool _, Human _, Parallel _ -> Optional.empty();
        });
    }

    /** Whether no other stage answers after it. */
    private boolean isLast(String stage) {
        List<String> answering = placed.stream()
                .filter(each -> kind(each.stage()) == Kind.GENERATE || kind(each.stage()) == Kind.AGENT)
                .map(Placed::path)
                .toList();
        return !answering.isEmpty() && answering.getLast().equals(stage);
    }

    private Optional<JsonNode> idealPassages(TestItem item, String stage, Trace asItWas) {
        List<String> wanted = item.sources().orElse(List.of());
        Optional<StageRun> run = asItWas.of(stage);
        if (wanted.isEmpty() || run.isEmpty()) {
            return Optional.empty();
        }
        List<Passage> gave = run.get().passages();
        List<Passage> right =
                new ArrayList<>(gave.stream().filter(item::isSource).toList());
        for (String source : wanted) {
            if (right.stream()
                    .noneMatch(one -> one.id().equals(source) || one.document().equals(source))) {
                Optional<Passage> passage = source(item, source);
                if (passage.isEmpty()) {
                    return Optional.empty();
                }
                right.add(passage.get());
            }
        }
        List<Passage> others = gave.stream().filter(one -> !item.isSource(one)).toList();
        List<Passage> ideal = new ArrayList<>();
        if (isRankedLater(stage)) {
            ideal.addAll(gave);
            right.stream().filter(one -> !gave.contains(one)).forEach(ideal::add);
        } else {
            ideal.addAll(right);
            ideal.addAll(others.subList(0, Math.clamp(gave.size() - (long) right.size(), 0, others.size())));
        }
        return output(stage, ideal);
    }

    private boolean isRankedLater(String stage) {
        List<String> ranking = placed.stream()
                .filter(each -> kind(each.stage()) == Kind.RETRIEVE || kind(each.stage()) == Kind.RERANK)
                .map(Placed::path)
                .toList();
        return placed.stream()
                .dropWhile(each -> !each.path().equals(stage))
                .skip(1)
                .anyMatch(each -> kind(each.stage()) == Kind.RERANK && ranking.contains(each.path()));
    }

    /** Looked for in the stores by the item's own words, and by its name. */
    @Override
    public Optional<Passage> source(TestItem item, String id) {
        return sources.computeIfAbsent(id, _ -> {
            String words = item.question() + " " + String.join(" ", item.answers());
            return surroundings.stores().values().stream()
                    .flatMap(store -> Stream.concat(
                            store.search(words, MOST_LOOKED_THROUGH, Map.of()).stream(),
                            store
                                    .search(id.replaceAll("[^\\p{L}\\p{N}]+", " "), MOST_LOOKED_THROUGH, Map.of())
                                    .stream()))
                    .map(Hit::passage)
                    .filter(passage ->
                            passage.id().equals(id) || passage.document().equals(id))
                    .findFirst();
        });
    }

    private static Optional<JsonNode> idealAnswer(TestItem item, boolean cites, Trace asItWas) {
        if (!item.unanswerable() && item.answers().isEmpty()) {
            return Optional.empty();
        }
        String answer = item.unanswerable() ? "I do not know." : item.answers().getFirst();
        if (cites && !item.unanswerable()) {
            List<Passage> shown = asItWas.outcome().shown();
            int at = 0;
            while (at < shown.size() - 1 && !item.isSource(shown.get(at))) {
                at++;
            }
            answer += " [" + (at + 1) + "]";
        }
        return Optional.of(JSON.objectNode()
                .put("text", answer)
                .put("finish", "stop")
                .put("prompt_tokens", 0)
                .put("answer_tokens", 0));
    }

    private static Optional<JsonNode> idealAgent(TestItem item) {
        if (item.state().isPresent()
                || (item.answers().isEmpty() && item.calls().isEmpty() && !item.unanswerable())) {
            return Optional.empty();
        }
        ObjectNode answer = JSON.objectNode();
        answer.put(
                "text",
                item.unanswerable()
                        ? "I do not know."
                        : item.answers().stream().findFirst().orElse(""));
        answer.put("finish", "stop").put("turns", 1);
        ArrayNode calls = answer.putArray("calls");
        item.calls().orElse(List.of()).forEach(call -> {
            ObjectNode arguments = calls.addObject().put("name", call.name()).putObject("arguments");
            call.accepted().forEach((name, values) -> arguments.set(name, values.getFirst()));
        });
        return Optional.of(answer);
    }

    @Override
    public Optional<JsonNode> output(String stage, List<Passage> passages) {
        boolean gives = placed.stream()
                .filter(each -> each.path().equals(stage))
                .anyMatch(each -> kind(each.stage()) == Kind.RETRIEVE || kind(each.stage()) == Kind.RERANK);
        if (!gives) {
            return Optional.empty();
        }
        ObjectNode output = JSON.objectNode();
        ArrayNode array = output.putArray("passages");
        double score = 1;
        for (Passage passage : passages) {
            ObjectNode json = array.addObject()
                    .put("id", passage.id())
                    .put("document", passage.document())
                    .put("place", passage.place())
                    .put("text", passage.text());
            ObjectNode metadata = json.putObject("metadata");
            passage.metadata().forEach(metadata::put);
            json.put("score", score);
            score /= 2;
        }
        return Optional.of(output);
    }

    /** Whoever opened the surroundings closes them. */
    @Override
    public void close() {}
}
