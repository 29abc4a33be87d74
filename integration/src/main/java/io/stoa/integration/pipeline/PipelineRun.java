package io.stoa.integration.pipeline;

import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ParsedAnswer;
import io.stoa.engine.chat.ToolCallParser;
import io.stoa.engine.grammar.JsonSchemaGrammar;
import io.stoa.integration.agent.Material;
import io.stoa.integration.pipeline.Stage.Branch;
import io.stoa.integration.pipeline.Stage.Case;
import io.stoa.integration.pipeline.Stage.Condition;
import io.stoa.integration.pipeline.Stage.Sampling;
import io.stoa.integration.pipeline.Surroundings.Agents;
import io.stoa.integration.pipeline.Surroundings.Model;
import io.stoa.integration.retrieve.Citations;
import io.stoa.integration.retrieve.ModelRewriter;
import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore.Hit;
import io.stoa.integration.retrieve.WordSupport;
import io.stoa.integration.step.Step;
import io.stoa.integration.step.Steps;
import io.stoa.integration.step.Waiting;
import io.stoa.integration.tool.Ruling;
import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.StoaException;
import io.stoa.model.WatchedText;
import io.stoa.store.CanonicalJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Carries a pipeline out. What it does depends on the pipeline, the inputs and the results of its steps alone, so that the
 * same run can be gone on with and replayed; what may differ from one time to the next is only ever done within a step.
 */
public final class PipelineRun {
    static final String ROUTE = "route";
    static final String GUARD = "guard";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    /** Besides the query itself. */
    private static final int WORDINGS = 3;

    private static final int MOST_LOOKS = 2_000_000;
    private static final Pattern DECLINES =
            Pattern.compile("I (do not|don['’]t) know\\.?", Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    private final Pipeline pipeline;
    private final Surroundings surroundings;
    private final PatientSteps steps;

    public PipelineRun(Pipeline pipeline, Surroundings surroundings, Steps steps) {
        this.pipeline = pipeline;
        this.surroundings = surroundings;
        this.steps = new PatientSteps(steps, pipeline.limits());
    }

    /**
     * Carries it out, from its beginning: steps that are kept take no time.
     *
     * @param inputs as {@link Inputs#checked} gives them
     */
    public Outcome run(ObjectNode inputs) {
        try {
            Scope scope = Scope.of(inputs);
            stages(pipeline.stages(), "", scope);
            ObjectNode outputs = JSON.objectNode();
            pipeline.outputs().forEach((name, expression) -> outputs.set(name, scope.value(expression)));
            return new Outcome.Done(outputs);
        } catch (StageStop e) {
            return e.outcome();
        } catch (StageFailure e) {
            return e.outcome();
        } catch (Waiting e) {
            return new Outcome.Waits(e.path(), e.reason(), String.valueOf(e.getMessage()));
        } catch (StoaException e) {
            return new Outcome.Failed("", e.kind(), e.sentence());
        }
    }

    private void stages(List<Stage> stages, String before, Scope scope) {
        for (Stage stage : stages) {
            String path = before + stage.name();
            try {
                scope.put(stage.name(), stage(stage, path, scope));
            } catch (StoaException e) {
                throw new StageFailure(path, e);
            }
        }
    }

    private ObjectNode stage(Stage stage, String path, Scope scope) {
        return switch (stage) {
            case Stage.Retrieve retrieve -> retrieve(retrieve, path, scope);
            case Stage.Rerank rerank -> rerank(rerank, path, scope);
            case Stage.Generate generate -> generate(generate, path, scope);
            case Stage.CallTool tool -> tool(tool, path, scope);
            case Stage.RunAgent agent -> agent(agent, path, scope);
            case Stage.Route route -> route(route, path, scope);
            case Stage.Parallel parallel -> parallel(parallel, path, scope);
            case Stage.Guard guard -> guard(guard, path, scope);
            case Stage.Human human -> human(human, path, scope);
        };
    }

    // ---- Retrieval ----

    private ObjectNode retrieve(Stage.Retrieve stage, String path, Scope scope) {
        Surroundings.Search store = surroundings.store(stage.store());
        Map<String, String> filter = new LinkedHashMap<>();
        stage.filter().forEach((name, value) -> filter.put(name, scope.text(value)));
        String query = scope.text(stage.query());
        List<String> wordings = stage.rewriteBy()
                .map(model -> wordings(stage, model, path, query))
                .orElse(List.of(query));
        ObjectNode input = JSON.objectNode();
        input.put("store", stage.store()).put("query", query).put("most", stage.most());
        if (wordings.size() > 1) {
            ArrayNode all = input.putArray("wordings");
            wordings.forEach(all::add);
        }
        ObjectNode filters = input.putObject("filter");
        filter.forEach(filters::put);
        JsonNode found = steps.of(stage.settings())
                .take(
                        new Step(path, "retrieval", input, Effects.NONE),
                        _ -> Passages.found(
                                wordings.size() > 1
                                        ? store.search(wordings, stage.most(), filter)
                                        : store.search(query, stage.most(), filter)));
        return Passages.outputs(found);
    }

    /** The query, and other wordings of it. */
    private List<String> wordings(Stage.Retrieve stage, String name, String path, String query) {
        Model model = surroundings.model(name);
        ObjectNode input = JSON.objectNode();
        input.put("model", name).put("identity", model.identity()).put("query", query);
        JsonNode answer = steps.of(stage.settings())
                .take(new Step(path + "/rewrite", "chat", input, Effects.NONE), _ -> {
                    ObjectNode all = JSON.objectNode();
                    ArrayNode wordings = all.putArray("wordings");
                    new ModelRewriter(model.engine(), ModelRewriter.Way.SEVERAL, WORDINGS)
                            .rewrite(query)
                            .forEach(wordings::add);
                    return all;
                });
        return answer.path("wordings")
                .valueStream()
                .map(wording -> wording.stringValue(""))
                .toList();
    }

    private ObjectNode rerank(Stage.Rerank stage, String path, Scope scope) {
        JsonNode given = scope.value(stage.passages());
        List<Passage> passages = Passages.of(given);
        String query = scope.text(stage.query());
        ObjectNode input = JSON.objectNode();
        input.put("query", query)
                .put("most", stage.most())
                .put(
                        "by",
                        stage.model()
                                .map(model -> surroundings.reranker(model).identity())
                                .orElse("words"));
        input.set("passages", given);
        JsonNode ordered = steps.of(stage.settings()).take(new Step(path, "rerank", input, Effects.NONE), _ -> {
            List<Double> scores = stage.model()
                    .map(model -> surroundings.reranker(model).scores(query, passages))
                    .orElseGet(() -> passages.stream()
                            .map(passage -> Passages.sharedWords(query, passage))
                            .toList());
            return Passages.found(best(passages, scores, stage.most()));
        });
        return Passages.outputs(ordered);
    }

    /** Those of equal scores stay in their order. */
    private static List<Hit> best(List<Passage> passages, List<Double> scores, int most) {
        List<Hit> hits = new ArrayList<>();
        for (int i = 0; i < passages.size(); i++) {
            hits.add(new Hit(passages.get(i), scores.get(i)));
        }
        hits.sort(Comparator.comparingDouble(Hit::score).reversed());
        return hits.subList(0, Math.min(most, hits.size()));
    }

    // ---- Models ----

    private ObjectNode generate(Stage.Generate stage, String path, Scope scope) {
        List<ChatMessage> messages = new ArrayList<>();
        stage.system().ifPresent(system -> messages.add(ChatMessage.system(scope.text(system))));
        messages.add(ChatMessage.user(scope.text(stage.prompt())));
        JsonNode answer = chat(
                stage.settings(), path, stage.model(), messages, stage.sampling(), stage.schema(), stage.choices());
        String text = said(answer);
        ObjectNode outputs = JSON.objectNode();
        outputs.put("text", text)
                .put("finish", answer.path("finish").stringValue(""))
                .put("declined", DECLINES.matcher(text.strip()).matches());
        stage.schema().ifPresent(_ -> outputs.set(Names.JSON, json(text)));
        stage.cites().ifPresent(cites -> outputs.set("citations", Passages.citations(text, scope.value(cites))));
        return outputs;
    }

    /** What is meant for the reader, without what the model thought before. */
    private static String said(JsonNode answer) {
        ParsedAnswer parsed =
                new ToolCallParser(List.of()).parse(answer.path("text").stringValue(""));
        return parsed.content();
    }

    private JsonNode chat(
            Stage.Settings settings,
            String path,
            String name,
            List<ChatMessage> messages,
            Sampling sampling,
            Optional<ObjectNode> schema,
            List<String> choices) {
        Model model = surroundings.model(name);
        ObjectNode input = JSON.objectNode();
        input.put("model", name).put("identity", model.identity());
        ArrayNode conversation = input.putArray("messages");
        messages.forEach(message -> conversation
                .addObject()
                .put("role", message.role())
                .put("content", message.content().orElse("")));
        ObjectNode how = input.putObject("options");
        how.put("max_tokens", sampling.maxTokens())
                .put("temperature", sampling.temperature())
                .put("top_p", sampling.topP())
                .put("seed", sampling.seed());
        ArrayNode stop = how.putArray("stop");
        sampling.stop().forEach(stop::add);
        schema.ifPresent(shape -> input.set("schema", shape));
        if (!choices.isEmpty()) {
            ArrayNode all = input.putArray("choices");
            choices.forEach(all::add);
        }
        GenerateOptions options = options(sampling, schema, choices);
        return steps.of(settings)
                .take(
                        new Step(path, "chat", input, Effects.NONE),
                        _ -> asked(model.engine(), new Prompt.Chat(messages, List.of()), options, schema, choices));
    }

    private static GenerateOptions options(Sampling sampling, Optional<ObjectNode> schema, List<String> choices) {
        Optional<String> grammar = choices.isEmpty()
                ? schema.map(JsonSchemaGrammar::gbnf)
                : Optional.of(choices.stream()
                        .map(choice -> "\"" + choice.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
                        .collect(Collectors.joining(" | ", "root ::= ", "\n")));
        return new GenerateOptions(
                sampling.maxTokens(),
                sampling.temperature(),
                0,
                sampling.topP(),
                0,
                sampling.seed(),
                sampling.stop(),
                grammar,
                OptionalInt.empty());
    }

    private static ObjectNode asked(
            Engine engine, Prompt prompt, GenerateOptions options, Optional<ObjectNode> schema, List<String> choices) {
        Generation generation = engine.generate(
                prompt, options, Engine.UNHEARD, () -> Thread.currentThread().isInterrupted());
        ObjectNode answer = JSON.objectNode();
        answer.put("text", generation.text())
                .put("finish", generation.finish().name().toLowerCase(Locale.ROOT))
                .put("prompt_tokens", generation.promptTokens())
                .put("answer_tokens", generation.answerTokens());
        if (generation.finish() == Generation.Finish.CANCELLED) {
            throw StoaException.engine("the answer was cut off, for its time was over");
        }
        if (schema.isPresent()) {
            json(said(answer));
        }
        if (!choices.isEmpty() && !choices.contains(said(answer).strip())) {
            throw StoaException.engine("the model answered \"" + said(answer).strip() + "\", none of "
                    + String.join(", ", choices) + "; give it more tokens or a clearer prompt");
        }
        return answer;
    }

    private static JsonNode json(String text) {
        try {
            // As canonical JSON says it, so that a number that is no double is found here.
            return JsonMapper.shared()
                    .readTree(CanonicalJson.write(JsonMapper.shared().readTree(unfenced(text))));
        } catch (JacksonException | StoaException e) {
            throw new StoaException(
                    StoaException.Kind.ENGINE,
                    "the model's answer is not the JSON that was asked for; raise max-tokens if it was cut off",
                    e);
        }
    }

    private static String unfenced(String text) {
        String stripped = text.strip();
        return stripped.startsWith("```") && stripped.endsWith("```") && stripped.indexOf('\n') > 0
                ? stripped.substring(stripped.indexOf('\n'), stripped.length() - 3)
                : stripped;
    }

    // ---- Tools ----

    private ObjectNode tool(Stage.CallTool stage, String path, Scope scope) {
        Tool tool = surroundings.tool(stage.tool());
        ObjectNode arguments = scope.object(stage.arguments());
        ObjectNode input = JSON.objectNode();
        input.put("tool", stage.tool()).set("arguments", arguments);
        Effects effects = tool.description().effects();
        Step step = new Step(path, "execute_tool", input, effects);
        boolean asks = switch (surroundings
                .agents()
                .rule(stage.tool(), tool, arguments)
                .orElse(null)) {
            case null -> effects != Effects.NONE;
            case Ruling.Permitted(var _, Optional<String> because) -> because.isPresent();
            case Ruling.Refused(var _, String sentence) -> throw StoaException.engine(stage.tool() + ": " + sentence);
        };
        if (stage.approve().orElse(asks) && !steps.approved(step)) {
            throw new StageStop(path, "a person refused the call of " + stage.tool());
        }
        JsonNode result = steps.of(stage.settings()).take(step, effect -> {
            Duration patience = stage.settings().deadline();
            tool.objection(patience).ifPresent(objection -> {
                throw StoaException.user(stage.tool() + ": " + objection);
            });
            return JSON.objectNode().put("text", tool.call(arguments.deepCopy(), effect, patience));
        });
        String text = result.path("text").stringValue("");
        ObjectNode outputs = JSON.objectNode();
        outputs.put("text", text);
        outputs.set(Names.JSON, jsonOrText(text));
        return outputs;
    }

    private static JsonNode jsonOrText(String text) {
        try {
            return JsonMapper.shared()
                    .readTree(CanonicalJson.write(JsonMapper.shared().readTree(text)));
        } catch (JacksonException | StoaException _) {
            return JSON.stringNode(text);
        }
    }

    /** What stages gave may be anybody's words: an agent gets it as material to read, not as what it is asked. */
    private ObjectNode agent(Stage.RunAgent stage, String path, Scope scope) {
        Map<String, Tool> tools = new LinkedHashMap<>();
        stage.tools().forEach(name -> tools.put(name, surroundings.tool(name)));
        List<Material> materials = new ArrayList<>();
        StringBuilder prompt = new StringBuilder();
        if (stage.prompt() instanceof Expression.Template(List<Expression.Part> parts)) {
            for (Expression.Part part : parts) {
                String text = scope.text(new Expression.Template(List.of(part)));
                if (part instanceof Expression.Part.Inserted(Expression.Reference reference, var _)
                        && !pipeline.inputs().containsKey(reference.root())) {
                    String source = reference.toString().replaceAll("[{}]", "");
                    materials.add(new Material(source, text, false));
                    prompt.append('(').append(source).append(", below)");
                } else {
                    prompt.append(text);
                }
            }
        }
        Agents.Task task = new Agents.Task(
                surroundings.model(stage.model()).engine(),
                stage.system().map(scope::text),
                prompt.toString(),
                tools,
                materials);
        return surroundings.agents().answer(path, stage, task, steps.of(stage.settings()));
    }

    // ---- Ways ----

    private ObjectNode route(Stage.Route stage, String path, Scope scope) {
        JsonNode on = scope.value(stage.on());
        ObjectNode input = JSON.objectNode();
        input.set("on", on);
        ArrayNode cases = input.putArray("cases");
        stage.cases().keySet().forEach(cases::add);
        String choice = steps.compute(
                        new Step(path, ROUTE, input, Effects.NONE),
                        _ -> JSON.objectNode().put("choice", choice(stage, on)))
                .path("choice")
                .stringValue("");
        Branch branch = Optional.ofNullable(stage.cases().get(choice))
                .map(Case::branch)
                .or(stage::otherwise)
                .orElseThrow(() -> StoaException.engine("nothing is to be done for " + CanonicalJson.write(on)));
        ObjectNode outputs = JSON.objectNode();
        outputs.put("choice", choice);
        outputs.set("value", branch(branch, path + "/" + choice + "/", scope));
        return outputs;
    }

    private static String choice(Stage.Route stage, JsonNode on) {
        return stage.cases().entrySet().stream()
                .filter(each -> holds(each.getValue().condition(), on))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(Stage.Route.OTHERWISE);
    }

    private static boolean holds(Condition condition, JsonNode on) {
        return switch (condition) {
            case Condition.Is(String text) ->
                (on.isString() ? on.stringValue() : CanonicalJson.write(on))
                        .strip()
                        .equalsIgnoreCase(text);
            case Condition.Compares(Stage.Comparison comparison, double number) ->
                on.isNumber() && comparison.holds(on.doubleValue(), number);
        };
    }

    private JsonNode branch(Branch branch, String before, Scope scope) {
        Scope inside = scope.within();
        stages(branch.stages(), before, inside);
        return inside.value(branch.result());
    }

    /** All ways are gone to their ends, whatever becomes of one, so that the same is kept of them each time. */
    private ObjectNode parallel(Stage.Parallel stage, String path, Scope scope) {
        List<String> names = List.copyOf(stage.branches().keySet());
        AtomicReferenceArray<Object> results = new AtomicReferenceArray<>(names.size());
        Semaphore free = new Semaphore(stage.atOnce());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            int index = i;
            Branch branch = stage.branches().get(names.get(i));
            if (branch == null) {
                throw StoaException.bug("a branch is gone: " + names.get(i));
            }
            threads.add(Thread.ofVirtual().name(path + "/" + names.get(i)).start(() -> {
                free.acquireUninterruptibly();
                try {
                    results.set(index, branch(branch, path + "/" + names.get(index) + "/", scope));
                } catch (RuntimeException | Error e) {
                    results.set(index, e);
                } finally {
                    free.release();
                }
            }));
        }
        join(threads);
        ObjectNode outputs = JSON.objectNode();
        List<Throwable> troubles = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            switch (results.get(i)) {
                case JsonNode value -> outputs.set(names.get(i), value);
                case Throwable trouble -> troubles.add(trouble);
                default -> throw StoaException.bug("a branch ended without a result");
            }
        }
        troubles.stream().min(Comparator.comparingInt(PipelineRun::rank)).ifPresent(PipelineRun::leave);
        return outputs;
    }

    private static void join(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                    threads.forEach(Thread::interrupt);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a run with several troubles is said to end with: the gravest, and of those the first in the file. */
    private static int rank(Throwable trouble) {
        return switch (trouble) {
            case Error _ -> 0;
            case StageFailure _ -> 1;
            case StageStop _ -> 2;
            case Waiting _ -> 4;
            default -> 3;
        };
    }

    private static void leave(Throwable trouble) {
        switch (trouble) {
            case Error e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new IllegalStateException(trouble);
        }
    }

    // ---- Guards and people ----

    private ObjectNode guard(Stage.Guard stage, String path, Scope scope) {
        String text = scope.text(stage.check());
        ObjectNode input = JSON.objectNode();
        input.put("text", text);
        stage.rules().cites().ifPresent(cites -> input.set("passages", scope.value(cites)));
        stage.rules().number().ifPresent(number -> input.set("number", scope.value(number)));
        String reason = steps.compute(
                        new Step(path, GUARD, input, Effects.NONE),
                        _ -> JSON.objectNode().put("reason", objection(stage.rules(), input)))
                .path("reason")
                .stringValue("");
        if (!reason.isEmpty() && stage.otherwise().isEmpty()) {
            throw new StageStop(path, reason);
        }
        ObjectNode outputs = JSON.objectNode();
        outputs.put("passed", reason.isEmpty())
                .put("reason", reason)
                .put(
                        "text",
                        reason.isEmpty()
                                ? text
                                : stage.otherwise().map(scope::text).orElse(text));
        return outputs;
    }

    /** Why a text does not pass; empty when it does. */
    private static String objection(Stage.Rules rules, ObjectNode input) {
        String text = input.path("text").stringValue("");
        for (Pattern pattern : rules.matches()) {
            if (!found(pattern, text)) {
                return "it does not match " + pattern;
            }
        }
        for (Pattern pattern : rules.forbids()) {
            if (found(pattern, text)) {
                return "it matches " + pattern + ", which is forbidden";
            }
        }
        if (rules.longest().isPresent() && text.length() > rules.longest().get()) {
            return "it has " + text.length() + " characters, more than "
                    + rules.longest().get();
        }
        if (rules.cites().isPresent()) {
            int passages = input.path("passages").size();
            Set<Integer> cited = Passages.cited(text);
            Optional<Integer> unknown = cited.stream()
                    .filter(number -> number < 1 || number > passages)
                    .findFirst();
            if (cited.isEmpty() || unknown.isPresent()) {
                return unknown.map(number -> "it cites [" + number + "], and there are " + passages + " passages")
                        .orElse("it cites no passage");
            }
            if (rules.supported()) {
                Optional<String> alone = unsupported(text, input.path("passages"));
                if (alone.isPresent()) {
                    return "what it cites does not say: " + alone.get();
                }
            }
        }
        if (rules.above().isPresent()) {
            JsonNode number = input.path("number");
            if (!number.isNumber() || !(number.doubleValue() >= rules.above().getAsDouble())) {
                return CanonicalJson.write(number) + " is less than "
                        + rules.above().getAsDouble();
            }
        }
        return "";
    }

    /** The first sentence whose words do not stand in what it cites. */
    private static Optional<String> unsupported(String text, JsonNode passages) {
        return new Citations(WordSupport.USUAL)
                .check(text, Passages.of(passages)).sentences().stream()
                        .filter(sentence -> !sentence.supported())
                        .map(Citations.Cited::sentence)
                        .findFirst();
    }

    private static boolean found(Pattern pattern, String text) {
        try {
            return pattern.matcher(new WatchedText(text, MOST_LOOKS, () -> tooSlow(pattern)))
                    .find();
        } catch (StackOverflowError _) {
            // Java's matcher recurses once for each repetition of a group.
            throw tooSlow(pattern);
        }
    }

    private static StoaException tooSlow(Pattern pattern) {
        return StoaException.user(
                "the pattern " + pattern + " takes too long on this text; write it without nested" + " repetitions");
    }

    private ObjectNode human(Stage.Human stage, String path, Scope scope) {
        ObjectNode input = JSON.objectNode();
        input.put("ask", scope.text(stage.ask())).set("show", scope.object(stage.show()));
        boolean approved = steps.approved(new Step(path, "human", input, Effects.NONE));
        if (!approved && stage.stops()) {
            throw new StageStop(path, "a person refused");
        }
        return JSON.objectNode().put("approved", approved);
    }
}
