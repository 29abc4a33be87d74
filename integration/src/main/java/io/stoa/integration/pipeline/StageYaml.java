package io.stoa.integration.pipeline;

import static io.stoa.store.yaml.YamlFile.duration;
import static io.stoa.store.yaml.YamlFile.find;
import static io.stoa.store.yaml.YamlFile.list;
import static io.stoa.store.yaml.YamlFile.mapping;
import static io.stoa.store.yaml.YamlFile.need;
import static io.stoa.store.yaml.YamlFile.real;
import static io.stoa.store.yaml.YamlFile.scalar;
import static io.stoa.store.yaml.YamlFile.text;
import static io.stoa.store.yaml.YamlFile.texts;
import static io.stoa.store.yaml.YamlFile.truth;
import static io.stoa.store.yaml.YamlFile.whole;

import io.stoa.engine.grammar.JsonSchemaGrammar;
import io.stoa.integration.pipeline.Expression.Members;
import io.stoa.integration.pipeline.Names.Known.StageOutputs;
import io.stoa.integration.pipeline.Stage.Branch;
import io.stoa.integration.pipeline.Stage.Case;
import io.stoa.integration.pipeline.Stage.Comparison;
import io.stoa.integration.pipeline.Stage.Condition;
import io.stoa.integration.pipeline.Stage.Rules;
import io.stoa.integration.pipeline.Stage.Sampling;
import io.stoa.integration.pipeline.Stage.Settings;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import io.stoa.store.yaml.Problems;
import io.stoa.store.yaml.YamlFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads stages. They are carried out in the order that their references ask for, and otherwise in the order in which they
 * are written; where references go round in a circle there is no order, and the file is refused.
 */
final class StageYaml {
    private static final Duration DEADLINE = Duration.ofMinutes(5);
    private static final int AT_ONCE = 8;
    private static final int LONGEST_PATTERN = 1000;
    private static final Pattern COMPARES =
            Pattern.compile("\\s*(<=|>=|<|>)\\s*(-?[0-9]{1,15}(?:\\.[0-9]{1,15})?)\\s*");

    private final YamlFile yaml;
    private final Problems problems;
    private final ExpressionYaml expressions;
    private final Set<String> models;
    private final Set<String> stores;
    private final Set<String> tools;

    StageYaml(YamlFile yaml, Set<String> models, Set<String> stores, Set<String> tools) {
        this.yaml = yaml;
        this.problems = yaml.problems();
        this.expressions = new ExpressionYaml(yaml);
        this.models = models;
        this.stores = stores;
        this.tools = tools;
    }

    /** The stages of a mapping; what they give is added to the names. */
    List<Stage> stages(MappingNode map, Names names) {
        SequencedMap<String, NodeTuple> nodes = new LinkedHashMap<>();
        for (NodeTuple entry : map.getValue()) {
            String name = scalar(entry.getKeyNode());
            if (names.isTaken(name)) {
                problems.at(entry.getKeyNode(), "the name " + name + " is taken by an input or a stage around it");
            }
            nodes.put(name, entry);
        }
        SequencedMap<String, SequencedSet<String>> needs = new LinkedHashMap<>();
        nodes.forEach((name, entry) -> needs.put(name, needs((MappingNode) entry.getValueNode(), nodes.keySet())));
        List<Stage> stages = new ArrayList<>();
        for (String name : ordered(nodes, needs)) {
            MappingNode node = (MappingNode)
                    nodes.getOrDefault(name, map.getValue().getFirst()).getValueNode();
            Read read = stage(name, node, names);
            names.add(name, read.outputs());
            stages.add(read.stage());
        }
        return stages;
    }

    private SequencedSet<String> needs(MappingNode stage, Set<String> others) {
        SequencedSet<String> needs = new LinkedHashSet<>();
        for (NodeTuple entry : stage.getValue()) {
            // Only texts of these keys are no expressions.
            if (!Set.of("schema", "matches", "forbids", "choices", "stop").contains(scalar(entry.getKeyNode()))) {
                needs.addAll(ExpressionYaml.roots(entry.getValueNode()));
            }
        }
        needs.retainAll(others);
        for (Node after : list(stage, "after")) {
            if (others.contains(scalar(after))) {
                needs.add(scalar(after));
            } else {
                problems.at(
                        after,
                        "after: there is no stage " + scalar(after) + " beside this one"
                                + Spelling.hint(scalar(after), others).orElse(""));
            }
        }
        return needs;
    }

    private List<String> ordered(
            SequencedMap<String, NodeTuple> nodes, SequencedMap<String, SequencedSet<String>> needs) {
        SequencedSet<String> done = new LinkedHashSet<>();
        while (done.size() < needs.size()) {
            Optional<String> next = needs.entrySet().stream()
                    .filter(each -> !done.contains(each.getKey()) && done.containsAll(each.getValue()))
                    .map(Map.Entry::getKey)
                    .findFirst();
            if (next.isEmpty()) {
                refuseCircle(nodes, needs, done);
                return List.of();
            }
            done.add(next.get());
        }
        return List.copyOf(done);
    }

    private void refuseCircle(
            SequencedMap<String, NodeTuple> nodes, SequencedMap<String, SequencedSet<String>> needs, Set<String> done) {
        List<String> walk = new ArrayList<>();
        String at = needs.keySet().stream()
                .filter(name -> !done.contains(name))
                .findFirst()
                .orElseThrow();
        while (!walk.contains(at)) {
            walk.add(at);
            at = needs.getOrDefault(at, new LinkedHashSet<>()).stream()
                    .filter(name -> !done.contains(name))
                    .findFirst()
                    .orElse(at);
        }
        List<String> circle = new ArrayList<>(walk.subList(walk.indexOf(at), walk.size()));
        circle.add(at);
        NodeTuple first = nodes.get(at);
        if (first != null) {
            problems.at(
                    first.getKeyNode(),
                    "the stages go round in a circle: " + String.join(" needs ", circle)
                            + "; take one of these references out");
        }
        problems.refuseIfAny();
    }

    /** A stage, and what it gives. */
    private record Read(Stage stage, StageOutputs outputs) {}

    private Read stage(String name, MappingNode map, Names names) {
        Settings settings = settings(name, map);
        String kind = text(map, "kind").orElseThrow();
        return switch (kind) {
            case "retrieve" -> retrieve(settings, map, names);
            case "rerank" -> rerank(settings, map, names);
            case "generate" -> generate(settings, map, names);
            case "tool" -> tool(settings, map, names);
            case "agent" -> agent(settings, map, names);
            case "route" -> route(settings, map, names);
            case "parallel" -> parallel(settings, map, names);
            case "guard" -> guard(settings, map, names);
            case "human" -> human(settings, map, names);
            default -> throw StoaException.bug("a kind of stage that the shape allows is not read: " + kind);
        };
    }

    private Settings settings(String name, MappingNode map) {
        Duration deadline = duration(map, "deadline").orElse(DEADLINE);
        if (!deadline.isPositive()) {
            problems.at(need(map, "deadline"), name + ".deadline must be longer than nothing");
            deadline = DEADLINE;
        }
        return new Settings(
                name, deadline, whole(map, "retries").map(Long::intValue).orElse(0));
    }

    private static StageOutputs outputs(Optional<String> main, Object... namesAndTypes) {
        SequencedMap<String, ValueType> types = new LinkedHashMap<>();
        for (int i = 0; i < namesAndTypes.length; i += 2) {
            types.put((String) namesAndTypes[i], (ValueType) namesAndTypes[i + 1]);
        }
        return new StageOutputs(types, main, Optional.empty());
    }

    private static final StageOutputs FOUND = outputs(
            Optional.of("passages"),
            "passages",
            ValueType.PASSAGES,
            "count",
            ValueType.NUMBER,
            "score",
            ValueType.NUMBER);

    private Read retrieve(Settings settings, MappingNode map, Names names) {
        String where = settings.name();
        SequencedMap<String, Expression> filter = new LinkedHashMap<>();
        mapping(map, "filter")
                .ifPresent(entries -> entries.getValue()
                        .forEach(entry -> filter.put(
                                scalar(entry.getKeyNode()),
                                expressions.text(entry.getValueNode(), where + ".filter", names))));
        return new Read(
                new Stage.Retrieve(
                        settings,
                        known(map, "store", where, stores, "stores"),
                        expressions.text(need(map, "query"), where + ".query", names),
                        most(map),
                        filter,
                        find(map, "rewrite").map(_ -> known(map, "rewrite", where, models, "models"))),
                FOUND);
    }

    private static int most(MappingNode map) {
        return whole(map, "most").map(Long::intValue).orElse(PipelineShape.PASSAGES);
    }

    private Read rerank(Settings settings, MappingNode map, Names names) {
        String where = settings.name();
        return new Read(
                new Stage.Rerank(
                        settings,
                        expressions.value(need(map, "passages"), where + ".passages", names, ValueType.PASSAGES),
                        expressions.text(need(map, "query"), where + ".query", names),
                        most(map),
                        find(map, "model").map(_ -> known(map, "model", where, models, "models"))),
                FOUND);
    }

    private Read generate(Settings settings, MappingNode map, Names names) {
        String where = settings.name();
        Optional<ObjectNode> schema = find(map, "schema").flatMap(node -> schema(node, where));
        List<String> choices = texts(map, "choices");
        if (find(map, "schema").isPresent() && !choices.isEmpty()) {
            problems.at(need(map, "choices"), where + " has a schema and choices; take one of them out");
        }
        Optional<Expression> cites =
                find(map, "cites").map(node -> expressions.value(node, where + ".cites", names, ValueType.PASSAGES));
        SequencedMap<String, ValueType> types = new LinkedHashMap<>();
        types.put("text", ValueType.TEXT);
        types.put("declined", ValueType.BOOLEAN);
        types.put("finish", ValueType.TEXT);
        if (schema.isPresent()) {
            types.put(Names.JSON, ValueType.JSON);
        }
        if (cites.isPresent()) {
            types.put("citations", ValueType.JSON);
        }
        Stage.Generate stage = new Stage.Generate(
                settings,
                known(map, "model", where, models, "models"),
                find(map, "system").map(node -> expressions.template(node, where + ".system", names)),
                expressions.template(need(map, "prompt"), where + ".prompt", names),
                sampling(map),
                schema,
                choices,
                cites);
        return new Read(
                stage,
                new StageOutputs(
                        types,
                        Optional.of(schema.isPresent() ? Names.JSON : "text"),
                        schema.map(JsonNode.class::cast)));
    }

    private Optional<ObjectNode> schema(Node node, String where) {
        if (!(yaml.json(node) instanceof ObjectNode schema)) {
            problems.at(node, where + ".schema must be a JSON Schema, such as {type: object, properties: {…}}");
            return Optional.empty();
        }
        try {
            JsonSchemaGrammar.gbnf(schema);
            return Optional.of(schema);
        } catch (StoaException e) {
            problems.at(node, where + ".schema: " + e.sentence());
            return Optional.empty();
        }
    }

    private static Sampling sampling(MappingNode map) {
        return new Sampling(
                whole(map, "max-tokens").map(Long::intValue).orElse(PipelineShape.MOST_TOKENS),
                real(map, "temperature").orElse(0),
                real(map, "top-p").orElse(1),
                whole(map, "seed").orElse(0L),
                texts(map, "stop"));
    }

    private Read tool(Settings settings, MappingNode map, Names names) {
        String where = settings.name();
        String name = known(map, "tool", where, tools, "tools");
        Members arguments = mapping(map, "arguments")
                .map(node -> expressions.members(node, where + ".arguments", names))
                .orElseGet(() -> new Members(new LinkedHashMap<>()));
        return new Read(
                new Stage.CallTool(settings, name, arguments, truth(map, "approve")),
                outputs(Optional.of("text"), "text", ValueType.TEXT, Names.JSON, ValueType.JSON));
    }

    private Read agent(Settings settings, MappingNode map, Names names) {
        String where = settings.name();
        SequencedSet<String> offered = new LinkedHashSet<>();
        for (Node node : list(map, "tools")) {
            offered.add(known(node, where + ".tools", tools, "tools"));
        }
        return new Read(
                new Stage.RunAgent(
                        settings,
                        known(map, "model", where, models, "models"),
                        find(map, "system").map(node -> expressions.template(node, where + ".system", names)),
                        expressions.template(need(map, "prompt"), where + ".prompt", names),
                        sampling(map),
                        List.copyOf(offered),
                        whole(map, "turns").map(Long::intValue).orElse(PipelineShape.TURNS),
                        whole(map, "calls").map(Long::intValue).orElse(PipelineShape.CALLS),
                        truth(map, "approve")),
                outputs(
                        Optional.of("text"),
                        "text",
                        ValueType.TEXT,
                        "finish",
                        ValueType.TEXT,
                        "calls",
                        ValueType.JSON,
                        "turns",
                        ValueType.NUMBER));
    }

    private Read route(Settings settings, MappingNode map, Names names) {
        String where = settings.name();
        Expression on = expressions.value(
                need(map, "on"),
                where + ".on",
                names,
                ValueType.TEXT,
                ValueType.NUMBER,
                ValueType.BOOLEAN,
                ValueType.JSON);
        SequencedMap<String, Case> cases = new LinkedHashMap<>();
        List<Branch> branches = new ArrayList<>();
        for (NodeTuple entry : mapping(map, "cases").orElse(map).getValue()) {
            String label = scalar(entry.getKeyNode());
            String slug = slug(label);
            if (slug.equals(Stage.Route.OTHERWISE) || cases.containsKey(slug)) {
                problems.at(entry.getKeyNode(), where + ".cases: \"" + label + "\" cannot be told from another way");
                continue;
            }
            Condition condition = condition(entry.getKeyNode(), label, where, ExpressionYaml.type(on));
            Branch branch = branch((MappingNode) entry.getValueNode(), where + ".cases." + label, names);
            branches.add(branch);
            cases.put(slug, new Case(condition, branch));
        }
        Optional<Branch> otherwise = mapping(map, "otherwise").map(node -> branch(node, where + ".otherwise", names));
        otherwise.ifPresent(branches::add);
        boolean complete =
                ExpressionYaml.type(on) == ValueType.BOOLEAN && cases.keySet().containsAll(Set.of("true", "false"));
        if (otherwise.isEmpty() && !complete) {
            problems.at(map, "stage " + where + " needs an `otherwise`: what is to be done when no case fits");
        }
        return new Read(
                new Stage.Route(settings, on, cases, otherwise),
                outputs(Optional.of("value"), "value", common(map, where, branches), "choice", ValueType.TEXT));
    }

    /** A case's name within paths. */
    private static String slug(String label) {
        String slug = label.strip()
                .replace("<=", "at-most ")
                .replace(">=", "at-least ")
                .replace("<", "below ")
                .replace(">", "above ")
                .replaceAll("[^\\p{L}\\p{N}._-]+", "-");
        return slug.isEmpty() ? "empty" : slug;
    }

    private Condition condition(Node node, String label, String where, ValueType type) {
        Matcher compares = COMPARES.matcher(label);
        if (!compares.matches()) {
            return new Condition.Is(label.strip());
        }
        if (type == ValueType.TEXT || type == ValueType.BOOLEAN) {
            problems.at(node, where + ".cases: \"" + label + "\" compares numbers, and the value is " + type.word());
        }
        Comparison comparison = Comparison.ABOVE;
        for (Comparison each : Comparison.values()) {
            if (each.sign().equals(compares.group(1))) {
                comparison = each;
            }
        }
        return new Condition.Compares(comparison, Double.parseDouble(compares.group(2)));
    }

    private ValueType common(MappingNode map, String where, List<Branch> branches) {
        List<ValueType> types = branches.stream().map(Branch::type).distinct().toList();
        if (types.size() > 1 && types.contains(ValueType.PASSAGES)) {
            problems.at(map, where + ": some of its ways give passages and others do not");
        }
        return types.size() == 1 ? types.getFirst() : ValueType.JSON;
    }

    private Branch branch(MappingNode map, String where, Names names) {
        Names inside = names.within();
        List<Stage> stages = stages(mapping(map, "stages").orElse(map), inside);
        Expression result = expressions.free(need(map, "result"), where + ".result", inside);
        return new Branch(stages, result, ExpressionYaml.type(result));
    }

    private Read parallel(Settings settings, MappingNode map, Names names) {
        String where = settings.name();
        SequencedMap<String, Branch> branches = new LinkedHashMap<>();
        SequencedMap<String, ValueType> types = new LinkedHashMap<>();
        for (NodeTuple entry : mapping(map, "branches").orElse(map).getValue()) {
            String name = scalar(entry.getKeyNode());
            Branch branch = branch((MappingNode) entry.getValueNode(), where + ".branches." + name, names);
            branches.put(name, branch);
            types.put(name, branch.type());
        }
        return new Read(
                new Stage.Parallel(
                        settings,
                        branches,
                        whole(map, "at-once").map(Long::intValue).orElse(AT_ONCE)),
                new StageOutputs(types, Optional.empty(), Optional.empty()));
    }

    private Read guard(Settings settings, MappingNode map, Names names) {
        String where = settings.name();
        boolean number = find(map, "number").isPresent();
        if (number != find(map, "at-least").isPresent()) {
            problems.at(map, where + ": number and at-least go together");
        }
        if (truth(map, "supported").orElse(false) && find(map, "cites").isEmpty()) {
            problems.at(need(map, "supported"), where + ".supported needs cites: the passages that support it");
        }
        Rules rules = new Rules(
                patterns(map, "matches", where),
                patterns(map, "forbids", where),
                whole(map, "longest").map(Long::intValue),
                find(map, "cites").map(node -> expressions.value(node, where + ".cites", names, ValueType.PASSAGES)),
                truth(map, "supported").orElse(false),
                find(map, "number")
                        .map(node ->
                                expressions.value(node, where + ".number", names, ValueType.NUMBER, ValueType.JSON)),
                real(map, "at-least"));
        if (rules.matches().isEmpty()
                && rules.forbids().isEmpty()
                && rules.longest().isEmpty()
                && rules.cites().isEmpty()
                && rules.number().isEmpty()) {
            problems.at(
                    map,
                    "stage " + where + " lets everything pass: give it matches, forbids, longest, cites or number");
        }
        return new Read(
                new Stage.Guard(
                        settings,
                        expressions.text(need(map, "check"), where + ".check", names),
                        rules,
                        find(map, "otherwise").map(node -> expressions.text(node, where + ".otherwise", names))),
                outputs(
                        Optional.of("text"),
                        "text",
                        ValueType.TEXT,
                        "passed",
                        ValueType.BOOLEAN,
                        "reason",
                        ValueType.TEXT));
    }

    private List<Pattern> patterns(MappingNode map, String key, String where) {
        List<Pattern> patterns = new ArrayList<>();
        for (Node node : list(map, key)) {
            try {
                if (scalar(node).length() > LONGEST_PATTERN) {
                    problems.at(node, where + "." + key + ": at most " + LONGEST_PATTERN + " characters are taken");
                } else {
                    patterns.add(Pattern.compile(scalar(node), Pattern.UNICODE_CASE));
                }
            } catch (PatternSyntaxException e) {
                problems.at(node, where + "." + key + ": not a regular expression: " + e.getDescription());
            }
        }
        return patterns;
    }

    private Read human(Settings settings, MappingNode map, Names names) {
        String where = settings.name();
        Members show = mapping(map, "show")
                .map(node -> expressions.members(node, where + ".show", names))
                .orElseGet(() -> new Members(new LinkedHashMap<>()));
        return new Read(
                new Stage.Human(
                        settings,
                        expressions.template(need(map, "ask"), where + ".ask", names),
                        show,
                        !text(map, "if-refused").orElse("stop").equals("go-on")),
                outputs(Optional.of("approved"), "approved", ValueType.BOOLEAN));
    }

    private String known(MappingNode map, String key, String where, Collection<String> names, String section) {
        return known(need(map, key), where + "." + key, names, section);
    }

    private String known(Node node, String where, Collection<String> names, String section) {
        String name = scalar(node);
        if (!names.contains(name)) {
            problems.at(node, where + ": there is no " + name + " among " + section + nearest(name, names));
        }
        return name;
    }

    private static String nearest(String name, Collection<String> names) {
        return Spelling.hint(name, names)
                .orElse(names.isEmpty() ? "; there are none yet" : "; there are " + String.join(", ", names));
    }
}
