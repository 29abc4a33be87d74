package io.stoa.integration.pipeline;

import static io.stoa.store.yaml.YamlFile.fields;
import static io.stoa.store.yaml.YamlFile.optional;
import static io.stoa.store.yaml.YamlFile.required;

import io.stoa.integration.tool.file.ToolsFile;
import io.stoa.model.StoaException;
import io.stoa.store.yaml.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** What a pipeline's file looks like: what is checked, and what its schema is written from. */
final class PipelineShape {
    /** Branches within branches: more is a program, and belongs into one. */
    private static final int DEEPEST_BRANCHES = 3;

    static final int MOST_STEPS = 200;
    static final int MOST_TOKENS = 256;
    static final int TURNS = 8;
    static final int CALLS = 16;
    static final int PASSAGES = 8;

    static final Shape.Pattern NAME = new Shape.Pattern("[a-z][a-z0-9_-]{0,39}", "answer");
    static final Shape.Pattern TOOL = new Shape.Pattern("[A-Za-z][A-Za-z0-9_-]{0,63}", "find_ticket");
    private static final Shape.Pattern ADDRESS = new Shape.Pattern("https?://\\S{1,500}", "http://127.0.0.1:8000/v1");
    private static final Shape.Pattern VARIABLE = new Shape.Pattern("[A-Za-z_][A-Za-z0-9_]{0,127}", "UPSTREAM_KEY");
    private static final Shape.Pattern DURATION =
            new Shape.Pattern("[0-9]{1,6}(\\.[0-9]{1,3})?\\s*(ms|s|m|h)", "500ms, 60s or 10m");
    private static final Shape.Whole CALLS_LIMIT = new Shape.Whole(1, 1_000_000);
    private static final Shape.Whole TOKENS = new Shape.Whole(1, 1_000_000);
    /** Expressions are read by {@link ExpressionYaml}, which says more than a shape can. */
    private static final Shape.Anything EXPRESSION = new Shape.Anything();

    static final Shape.Fields FILE = fields(
            required("pipeline", NAME, "what it is called"),
            optional("description", Shape.Text.ANY, "What it is for"),
            required(
                    "inputs",
                    new Shape.Named(NAME, new Shape.Text(ValueType.words()), 1),
                    "what a run is given, each with its type: text, number, boolean, passages or json"),
            optional("models", new Shape.Named(NAME, model(), 0), "Models by the names that stages call them"),
            optional("stores", new Shape.Named(NAME, store(), 0), "Stores by the names that stages call them"),
            tools("sources"),
            tools("tools"),
            required("stages", new Shape.Named(NAME, stage(DEEPEST_BRANCHES), 1), "what is done"),
            required(
                    "outputs",
                    new Shape.Named(NAME, EXPRESSION, 1),
                    "what a run gives, each a reference such as \"{answer.text}\""),
            optional(
                    "limits",
                    fields(
                            optional("steps", new Shape.Whole(1, 100_000), "The most steps", "" + MOST_STEPS),
                            optional("deadline", DURATION, "The longest time that a process works on a run", "1h"),
                            optional("most-calls", CALLS_LIMIT, "Calls of all tools by one agent", "50"),
                            optional("most-repeats", CALLS_LIMIT, "How often it may make the very same call", "3")),
                    "What no run may exceed"));

    private PipelineShape() {}

    private static Shape model() {
        SequencedMap<String, Shape.Fields> kinds = new LinkedHashMap<>();
        kinds.put(
                "file",
                fields(
                        required("file", Shape.Text.ANY, "a GGUF file"),
                        optional("context", TOKENS, "Context in tokens", "the model's own, at most 4096")));
        kinds.put(
                "endpoint",
                fields(
                        required("endpoint", ADDRESS, "an OpenAI-compatible endpoint up to its version"),
                        required("name", Shape.Text.ANY, "the model's name there"),
                        optional("revision", Shape.Text.ANY, "The pinned revision that you vouch for"),
                        optional("key-env", VARIABLE, "The environment variable that holds the key"),
                        optional("context", TOKENS, "Context in tokens", "4096")));
        return new Shape.ByKey(kinds);
    }

    private static Shape store() {
        SequencedMap<String, Shape.Fields> kinds = new LinkedHashMap<>();
        kinds.put("folder", fields(required("folder", Shape.Text.ANY, "a folder of Markdown files")));
        kinds.put(
                "index",
                fields(
                        required("index", Shape.Text.ANY, "the folder of an index"),
                        optional("embedder", NAME, "The model that makes vectors of questions", "words alone")));
        return new Shape.ByKey(kinds);
    }

    /** Where tools come from and what they may be used for, as in files of their own. */
    private static Shape.Key tools(String name) {
        return ToolsFile.keys().stream()
                .filter(key -> key.name().equals(name))
                .findFirst()
                .orElseThrow(() -> StoaException.bug("files of tools have no key " + name));
    }

    private static Shape stage(int branches) {
        SequencedMap<String, Shape.Fields> kinds = new LinkedHashMap<>();
        kinds.put(
                "retrieve",
                step(
                        required("store", NAME, "the store that is searched"),
                        required("query", EXPRESSION, "what is looked for"),
                        optional("most", new Shape.Whole(1, 1000), "The most passages", "" + PASSAGES),
                        optional("filter", new Shape.Named(NAME, EXPRESSION, 0), "Metadata that passages must have"),
                        optional(
                                "rewrite",
                                NAME,
                                "The model that puts the query in other words, which are looked for as well",
                                "none")));
        kinds.put(
                "rerank",
                step(
                        required("passages", EXPRESSION, "the passages, such as \"{search.passages}\""),
                        required("query", EXPRESSION, "what they are judged by"),
                        optional("most", new Shape.Whole(1, 1000), "How many are kept", "" + PASSAGES),
                        optional("model", NAME, "The model that judges them", "none: the query's words are counted")));
        List<Shape.Key> generate = new ArrayList<>(prompted());
        generate.add(optional("schema", new Shape.Anything(), "A JSON Schema that the answer follows"));
        generate.add(optional("choices", new Shape.ListOf(Shape.Text.ANY, 2), "The only answers there are"));
        generate.add(optional("cites", EXPRESSION, "The passages that the answer may cite by number"));
        kinds.put("generate", step(generate.toArray(Shape.Key[]::new)));
        kinds.put(
                "tool",
                step(
                        required("tool", TOOL, "the tool"),
                        optional(
                                "arguments",
                                new Shape.Named(new Shape.Pattern("\\S{1,100}", "city"), EXPRESSION, 0),
                                "What it is called with"),
                        optional(
                                "approve",
                                new Shape.Truth(),
                                "Whether a person approves each call first",
                                "true where the tool changes anything")));
        List<Shape.Key> agent = new ArrayList<>(prompted());
        agent.add(required("tools", new Shape.ListOf(TOOL, 1), "the tools on offer"));
        agent.add(optional("turns", new Shape.Whole(1, 1000), "The most answers of the model", "" + TURNS));
        agent.add(optional("calls", new Shape.Whole(0, 1000), "The most calls of tools", "" + CALLS));
        agent.add(optional(
                "approve",
                new Shape.Truth(),
                "Whether a person approves each call first",
                "true for tools that change anything"));
        kinds.put("agent", step(agent.toArray(Shape.Key[]::new)));
        kinds.put(
                "guard",
                flow(
                        required("check", EXPRESSION, "the text that passes or not"),
                        optional("matches", new Shape.ListOf(Shape.Text.ANY, 1), "Patterns that must be found"),
                        optional("forbids", new Shape.ListOf(Shape.Text.ANY, 1), "Patterns that must not be found"),
                        optional("longest", new Shape.Whole(1, 10_000_000), "The most characters"),
                        optional("cites", EXPRESSION, "Passages of which it must cite one by number, and no other"),
                        optional(
                                "number", EXPRESSION, "A number that must be large enough, such as \"{search.score}\""),
                        optional("at-least", new Shape.Real(-1e12, 1e12), "How large that number must be"),
                        optional("otherwise", EXPRESSION, "The text in its place", "the run stops")));
        kinds.put(
                "human",
                flow(
                        required("ask", EXPRESSION, "what the person is asked"),
                        optional(
                                "show",
                                new Shape.Named(NAME, EXPRESSION, 0),
                                "What the person decides on; the approval is bound to it"),
                        optional(
                                "if-refused",
                                new Shape.Text(List.of("stop", "go-on")),
                                "What a refusal does",
                                "stop")));
        if (branches > 0) {
            Shape branch = fields(
                    required("stages", new Shape.Named(NAME, stage(branches - 1), 1), "what is done on this way"),
                    required("result", EXPRESSION, "what comes of it"));
            kinds.put(
                    "route",
                    flow(
                            required("on", EXPRESSION, "the value that decides"),
                            required(
                                    "cases",
                                    new Shape.Named(new Shape.Pattern(".{1,80}", "billing or '>= 0.5'"), branch, 1),
                                    "the ways by value; the first that fits is gone"),
                            optional("otherwise", branch, "The way when none fits")));
            kinds.put(
                    "parallel",
                    flow(
                            required("branches", new Shape.Named(NAME, branch, 2), "the ways that are gone at once"),
                            optional("at-once", new Shape.Whole(1, 64), "The most at the same time", "8")));
        }
        return new Shape.Variants("kind", kinds);
    }

    private static List<Shape.Key> prompted() {
        return List.of(
                required("model", NAME, "the model that is asked"),
                optional("system", EXPRESSION, "The system message"),
                required("prompt", EXPRESSION, "the user's message"),
                optional("max-tokens", TOKENS, "The longest answer", "" + MOST_TOKENS),
                optional("temperature", new Shape.Real(0, 100), "How freely it draws", "0"),
                optional("top-p", new Shape.Real(0.000001, 1), "The share of probability it draws from", "1"),
                optional("seed", new Shape.Whole(0, Long.MAX_VALUE), "Of the draw", "0"),
                optional("stop", new Shape.ListOf(Shape.Text.ANY, 1), "Texts that end the answer"));
    }

    /** A stage that does something outside, which takes time and may fail. */
    private static Shape.Fields step(Shape.Key... own) {
        List<Shape.Key> keys = new ArrayList<>(List.of(own));
        keys.add(optional("deadline", DURATION, "How long one try may take", "5m"));
        keys.add(optional(
                "retries",
                new Shape.Whole(0, 20),
                "How often it is tried again when it failed and trying again does no harm",
                "0"));
        return flow(keys.toArray(Shape.Key[]::new));
    }

    private static Shape.Fields flow(Shape.Key... own) {
        List<Shape.Key> keys = new ArrayList<>(List.of(own));
        keys.add(required("kind", Shape.Text.ANY, "what it does"));
        keys.add(optional("after", new Shape.ListOf(NAME, 1), "Stages that come first though nothing refers to them"));
        return fields(keys.toArray(Shape.Key[]::new));
    }
}
