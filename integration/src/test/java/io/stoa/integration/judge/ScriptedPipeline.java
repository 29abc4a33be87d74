package io.stoa.integration.judge;

import io.stoa.integration.judge.Stage.Kind;
import io.stoa.integration.judge.Trace.Outcome;
import io.stoa.integration.judge.Trace.StageRun;
import io.stoa.integration.judge.metric.Answers;
import io.stoa.integration.judge.metric.ExpectedCall;
import io.stoa.integration.judge.metric.ExpectedCall.Call;
import io.stoa.integration.retrieve.Passage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A support desk of ten stages whose model is a script: it answers from its prompt alone, the small one fails on hard questions, and
 * both err on one item in sixteen. Any stage can be given a defect.
 */
final class ScriptedPipeline implements Subject {
    /** What a stage does: from everything before it, by name, to its output. */
    interface Work {
        JsonNode of(TestItem item, Before before);
    }

    /** What stages gave. */
    record Before(Map<String, JsonNode> outputs) {
        JsonNode get(String stage) {
            return Objects.requireNonNull(outputs.get(stage), stage);
        }
    }

    static final List<Stage> STAGES = List.of(
            new Stage("guard", Kind.GUARD),
            new Stage("route", Kind.ROUTE),
            new Stage("rewrite", Kind.OTHER),
            new Stage("retrieve", Kind.RETRIEVE),
            new Stage("rerank", Kind.RERANK),
            new Stage("context", Kind.OTHER),
            new Stage("prompt", Kind.OTHER),
            new Stage("generate", Kind.GENERATE),
            new Stage("tool", Kind.TOOL),
            new Stage("check", Kind.GUARD));

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> COLORS = List.of("red", "blue", "green", "grey", "white", "black");

    private final String name;
    private final Map<String, Work> works = new LinkedHashMap<>();
    private final Index index;
    private final Map<String, String> truth;

    ScriptedPipeline(String name, Map<String, String> documents) {
        this(name, Index.of(documents), documents);
    }

    private ScriptedPipeline(String name, Index index, Map<String, String> truth) {
        this.name = name;
        this.index = index;
        this.truth = truth;
        works.put("guard", (item, _) -> JSON.booleanNode(!item.question().contains("Ignore")));
        works.put("route", (item, _) -> JSON.stringNode(item.question().contains("and also") ? "large" : "small"));
        works.put(
                "rewrite",
                (item, _) ->
                        JSON.stringNode(item.question().replaceAll("[?.]", "").toLowerCase(Locale.ROOT)));
        works.put("retrieve", (item, before) -> retrieve(before.get("rewrite").stringValue(), 8, this.index));
        works.put("rerank", (item, before) -> rerank(item, before.get("retrieve"), 3));
        works.put("context", (_, before) -> JSON.stringNode(text(before.get("rerank"), 2000)));
        works.put(
                "prompt",
                (item, before) -> JSON.stringNode(
                        "Text: " + before.get("context").stringValue() + "\nQuestion: " + item.question()));
        works.put("generate", (item, before) -> generate(item, before));
        works.put("tool", (_, before) -> tool(before.get("generate")));
        works.put("check", (_, before) -> JSON.booleanNode(before.get("guard").booleanValue()));
    }

    /** The same with another way of doing a stage. */
    ScriptedPipeline with(String defect, String stage, UnaryOperator<Work> change) {
        ScriptedPipeline changed = new ScriptedPipeline(defect, index, truth);
        changed.works.put(stage, change.apply(work(stage)));
        return changed;
    }

    private Work work(String stage) {
        return Objects.requireNonNull(works.get(stage), stage);
    }

    // ---- The world ----

    static Map<String, String> world(int persons) {
        Random random = new Random(7);
        Map<String, String> documents = new LinkedHashMap<>();
        for (int i = 0; i < persons; i++) {
            String person = person(i);
            documents.put(
                    "d" + i,
                    person + " likes the color " + COLORS.get(random.nextInt(COLORS.size())) + ". " + person
                            + " has customer number " + (1000 + i) + ".");
        }
        return documents;
    }

    static String person(int i) {
        return "P" + (char) ('a' + i % 26) + (char) ('a' + i / 26 % 26) + "son";
    }

    static List<TestItem> items(int n, Map<String, String> documents) {
        List<TestItem> items = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            String person = person(i);
            String text = documents.getOrDefault("d" + i, "");
            String color = text.replaceAll(".*color (\\w+)\\..*", "$1");
            int number = 1000 + i;
            items.add(
                    switch (i % 8) {
                        case 0 ->
                            item(
                                    "u" + i,
                                    "What color does Nobody" + i + " like?",
                                    List.of(),
                                    Optional.of(List.of()),
                                    true,
                                    Optional.empty(),
                                    Optional.empty());
                        case 1 ->
                            item(
                                    "t" + i,
                                    "Open a ticket for " + person + ".",
                                    List.of(),
                                    Optional.of(List.of("d" + i)),
                                    false,
                                    Optional.of(number),
                                    Optional.empty());
                        case 2, 5 ->
                            item(
                                    "h" + i,
                                    "What color and also which number has " + person + "?",
                                    List.of(color + " " + number),
                                    Optional.of(List.of("d" + i)),
                                    false,
                                    Optional.empty(),
                                    Optional.of("large"));
                        case 3 ->
                            item(
                                    "n" + i,
                                    "What number has " + person + "?",
                                    List.of("" + number),
                                    Optional.of(List.of("d" + i)),
                                    false,
                                    Optional.empty(),
                                    Optional.of("small"));
                        default ->
                            item(
                                    "q" + i,
                                    "What color does " + person + " like?",
                                    List.of(color),
                                    Optional.of(List.of("d" + i)),
                                    false,
                                    Optional.empty(),
                                    Optional.of("small"));
                    });
        }
        return items;
    }

    private static TestItem item(
            String id,
            String question,
            List<String> answers,
            Optional<List<String>> sources,
            boolean unanswerable,
            Optional<Integer> ticket,
            Optional<String> route) {
        Optional<List<ExpectedCall>> calls = ticket.map(number -> List.of(
                new ExpectedCall("open_ticket", Map.of("customer", List.of(JSON.numberNode(number))), Set.of())));
        Optional<JsonNode> state = ticket.map(
                number -> JSON.objectNode().set("tickets", JSON.arrayNode().add(number)));
        return new TestItem(
                id,
                "items.jsonl:" + id,
                question,
                JSON.objectNode(),
                answers,
                Answers.Match.EXACT,
                sources,
                unanswerable,
                calls,
                true,
                state,
                route,
                Optional.empty(),
                Optional.empty());
    }

    // ---- What the stages do ----

    /** Documents with their words. */
    record Index(List<Entry> entries, Map<String, List<Entry>> found) {
        record Entry(String id, String text, Set<String> words) {}

        static Index of(Map<String, String> documents) {
            return new Index(
                    documents.entrySet().stream()
                            .map(one -> new Entry(one.getKey(), one.getValue(), words(one.getValue())))
                            .toList(),
                    new HashMap<>());
        }
    }

    private static Set<String> words(String text) {
        return new HashSet<>(List.of(text.toLowerCase(Locale.ROOT).split("\\W+", -1)));
    }

    static ArrayNode retrieve(String query, int most, Index index) {
        ArrayNode found = JSON.arrayNode();
        index.found().computeIfAbsent(query, _ -> best(query, index)).stream()
                .limit(most)
                .forEach(one -> found.add(passage(one.id(), one.text())));
        return found;
    }

    private static List<Index.Entry> best(String query, Index index) {
        record Found(Index.Entry entry, long overlap) {}
        Set<String> asked = words(query);
        return index.entries().stream()
                .map(one -> new Found(
                        one, asked.stream().filter(one.words()::contains).count()))
                .sorted(Comparator.comparingLong((Found one) -> -one.overlap())
                        .thenComparing(one -> one.entry().id()))
                .map(Found::entry)
                .limit(8)
                .toList();
    }

    static ObjectNode passage(String id, String text) {
        return JSON.objectNode().put("id", id).put("text", text);
    }

    /** Those that name the person of the question first. */
    static ArrayNode rerank(TestItem item, JsonNode passages, int most) {
        List<JsonNode> ranked = new ArrayList<>();
        passages.forEach(ranked::add);
        ranked.sort(Comparator.comparing(passage ->
                !item.question().contains(passage.path("text").stringValue().split(" ", 2)[0])));
        ArrayNode best = JSON.arrayNode();
        ranked.stream().limit(most).forEach(best::add);
        return best;
    }

    static String text(JsonNode passages, int most) {
        StringBuilder text = new StringBuilder();
        passages.forEach(
                passage -> text.append(passage.path("text").stringValue()).append(' '));
        return text.substring(0, Math.min(most, text.length()));
    }

    static JsonNode generate(TestItem item, Before before) {
        String prompt = before.get("prompt").stringValue();
        int at = prompt.indexOf("Question: ");
        String question = at < 0 ? "" : prompt.substring(at + 10);
        String context = at < 0 ? prompt : prompt.substring(0, at);
        String person = question.replaceAll(".*?(P[a-z]{2}son|Nobody\\d+).*", "$1");
        String color = find(context, person + " likes the color (\\w+)\\.");
        String number = find(context, person + " has customer number (\\d+)\\.");
        boolean hard = question.contains("and also");
        if (Math.floorMod(item.id().hashCode() * 31, 16) == 0
                || (hard && before.get("route").stringValue().equals("small"))) {
            return JSON.stringNode("orange");
        }
        if (question.startsWith("Open")) {
            ObjectNode call = JSON.objectNode().put("name", "open_ticket");
            call.putObject("arguments").put("customer", number.isEmpty() ? 0 : Integer.parseInt(number));
            return call;
        }
        String answer = hard ? (color + " " + number).strip() : question.contains("color") ? color : number;
        return JSON.stringNode(answer.isEmpty() ? "I do not know." : answer);
    }

    private static String find(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }

    /** What the desk's tickets are after the call. */
    static JsonNode tool(JsonNode generated) {
        ObjectNode state = JSON.objectNode();
        ArrayNode tickets = state.putArray("tickets");
        if (generated.isObject()) {
            tickets.add(generated.path("arguments").path("customer").intValue());
        }
        return state;
    }

    // ---- A subject ----

    @Override
    public String name() {
        return name;
    }

    @Override
    public String settings() {
        return name;
    }

    @Override
    public List<Stage> stages() {
        return STAGES;
    }

    @Override
    public Trace run(TestItem item, Map<String, JsonNode> fixed, long seed) {
        Map<String, JsonNode> outputs = new LinkedHashMap<>();
        List<StageRun> runs = new ArrayList<>();
        for (Stage stage : STAGES) {
            JsonNode output = Optional.ofNullable(fixed.get(stage.name()))
                    .orElseGet(() -> work(stage.name()).of(item, new Before(outputs)));
            outputs.put(stage.name(), output);
            List<Passage> passages = new ArrayList<>();
            if (stage.kind() == Kind.RETRIEVE || stage.kind() == Kind.RERANK) {
                output.forEach(one -> passages.add(new Passage(
                        one.path("id").stringValue(),
                        one.path("id").stringValue(),
                        "",
                        one.path("text").stringValue(),
                        Map.of())));
            }
            runs.add(new StageRun(
                    stage.name(),
                    JSON.nullNode(),
                    output,
                    passages,
                    Duration.ofNanos(1000),
                    0,
                    0,
                    0,
                    fixed.containsKey(stage.name())));
        }
        return new Trace(runs, outcome(new Before(outputs)), Optional.empty());
    }

    private static Outcome outcome(Before outputs) {
        boolean let =
                outputs.get("guard").booleanValue() && outputs.get("check").booleanValue();
        JsonNode generated = outputs.get("generate");
        List<Call> calls = let && generated instanceof ObjectNode call
                ? List.of(new Call(call.path("name").stringValue(), (ObjectNode) call.path("arguments")))
                : List.of();
        String answer = generated.isString() ? generated.stringValue() : "";
        return new Outcome(
                let ? answer : "",
                !let || Answers.declines(answer),
                List.of(),
                calls,
                let ? Optional.of(outputs.get("tool")) : Optional.empty(),
                Optional.of(outputs.get("route").stringValue()),
                OptionalDouble.empty());
    }

    @Override
    public Optional<JsonNode> ideal(TestItem item, String stage, Trace asItWas) {
        return switch (stage) {
            case "guard", "check" -> Optional.of(JSON.booleanNode(item.attack().isEmpty()));
            case "route" -> item.route().map(JSON::stringNode);
            case "retrieve" ->
                item.sources().map(sources -> {
                    ArrayNode passages =
                            (ArrayNode) asItWas.of(stage).orElseThrow().output().deepCopy();
                    for (String id : sources) {
                        ObjectNode source = passage(id, truth.getOrDefault(id, ""));
                        if (passages.valueStream().noneMatch(source::equals)) {
                            passages.add(source);
                        }
                    }
                    return passages;
                });
            case "rerank" ->
                item.sources().map(sources -> {
                    ArrayNode passages = JSON.arrayNode();
                    sources.forEach(id -> passages.add(passage(id, truth.getOrDefault(id, ""))));
                    return passages;
                });
            case "generate" ->
                item.calls()
                        .map(calls -> (JsonNode) JSON.objectNode()
                                .put("name", calls.getFirst().name())
                                .set(
                                        "arguments",
                                        JSON.objectNode()
                                                .set(
                                                        "customer",
                                                        calls.getFirst()
                                                                .accepted()
                                                                .getOrDefault("customer", List.of())
                                                                .getFirst())))
                        .or(() -> Optional.of(JSON.stringNode(
                                item.unanswerable()
                                        ? "I do not know."
                                        : item.answers().getFirst())));
            case "tool" -> item.state();
            default -> Optional.empty();
        };
    }

    @Override
    public Optional<Passage> source(TestItem item, String id) {
        return Optional.ofNullable(truth.get(id)).map(text -> new Passage(id, id, "", text, Map.of()));
    }

    @Override
    public Optional<JsonNode> output(String stage, List<Passage> passages) {
        if (!stage.equals("retrieve") && !stage.equals("rerank")) {
            return Optional.empty();
        }
        ArrayNode output = JSON.arrayNode();
        passages.forEach(one -> output.add(passage(one.id(), one.text())));
        return Optional.of(output);
    }

    @Override
    public void close() {}
}
