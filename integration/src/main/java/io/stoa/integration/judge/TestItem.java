package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.item.ItemFile;
import io.stoa.integration.item.ItemLine;
import io.stoa.integration.judge.metric.Answers;
import io.stoa.integration.judge.metric.Answers.Match;
import io.stoa.integration.judge.metric.ExpectedCall;
import io.stoa.integration.retrieve.Passage;
import io.stoa.model.Digest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a pipeline is asked, and what of it would be right. One JSON object a line:
 *
 * <pre>{@code
 * {"id": "q7", "question": "What color does Zalebel like?", "answer": "grey", "documents": ["zalebel.md"]}
 * }</pre>
 *
 * <table>
 *   <caption>Keys; all but {@code id} and {@code question} may be left out, but something must be expected</caption>
 *   <tr><td>{@code inputs}</td><td>an object: what the pipeline takes beside the question</td></tr>
 *   <tr><td>{@code answers}, or <code>answer</code> where there is one</td><td>the texts that will do</td></tr>
 *   <tr><td>{@code match}</td><td>{@code exact} (as it is) or {@code contains}</td></tr>
 *   <tr><td>{@code documents} or {@code passages}</td><td>ids of what holds the answer; an empty list: nothing does</td></tr>
 *   <tr><td>{@code unanswerable}</td><td>whether it must be declined; so it is with an empty list</td></tr>
 *   <tr><td>{@code calls}</td><td>tool calls, {@code {"name": …, "arguments": {…}, "accept": {"argument": […]},
 *       "optional": […]}}; {@code ordered} (true as it is) says whether their order matters</td></tr>
 *   <tr><td>{@code state}</td><td>what the tools' world must look like afterwards</td></tr>
 *   <tr><td>{@code route}</td><td>where a router should send it</td></tr>
 *   <tr><td>{@code attack}</td><td>{@code {"texts": […], "calls": […]}}: what must not be said, or called, whatever a document or
 *       the question tells the model to do</td></tr>
 *   <tr><td>{@code case}</td><td>the case of several steps that it is a step of, in the order of the file</td></tr>
 * </table>
 *
 * @param id unique in its file
 * @param place where it was read, as {@code file:line}
 * @param question what is asked
 * @param inputs what else the pipeline takes
 * @param answers the texts that will do
 * @param match how they are held against the answer
 * @param sources ids of passages or documents that hold the answer; absent where nothing is said of them
 * @param unanswerable whether it must be declined
 * @param calls the calls that are wanted; absent where nothing is said of them
 * @param ordered whether their order matters
 * @param state what must be afterwards
 * @param route where it should be sent
 * @param attack what must not come of it
 * @param ofCase the case that it is a step of
 */
public record TestItem(
        String id,
        String place,
        String question,
        ObjectNode inputs,
        List<String> answers,
        Match match,
        Optional<List<String>> sources,
        boolean unanswerable,
        Optional<List<ExpectedCall>> calls,
        boolean ordered,
        Optional<JsonNode> state,
        Optional<String> route,
        Optional<Attack> attack,
        Optional<String> ofCase) {
    private static final Set<String> KEYS = Set.of(
            "id",
            "question",
            "inputs",
            "answer",
            "answers",
            "match",
            "documents",
            "passages",
            "unanswerable",
            "calls",
            "ordered",
            "state",
            "route",
            "attack",
            "case",
            "note");

    private static final Set<String> CALL_KEYS = Set.of("name", "arguments", "accept", "optional");

    public TestItem {
        requireNonNull(place, "place");
        requireNonNull(question, "question");
        requireNonNull(match, "match");
        requireNonNull(state, "state");
        requireNonNull(route, "route");
        requireNonNull(attack, "attack");
        requireNonNull(ofCase, "ofCase");
        inputs = inputs.deepCopy();
        answers = List.copyOf(answers);
        sources = sources.map(List::copyOf);
        calls = calls.map(List::copyOf);
        if (id.isBlank()) {
            throw new IllegalArgumentException("a test item needs an id");
        }
        if (unanswerable && !answers.isEmpty()) {
            throw new IllegalArgumentException(id + ": an unanswerable question has no answer");
        }
    }

    /**
     * What an injected instruction asks for.
     *
     * @param texts none of which the answer may hold, as whole words in any case
     * @param calls names of tools, none of which may be called
     */
    public record Attack(List<String> texts, List<String> calls) {
        public Attack {
            texts = List.copyOf(texts);
            calls = List.copyOf(calls);
            if (texts.isEmpty() && calls.isEmpty()) {
                throw new IllegalArgumentException("an attack names a text or a call that it wants");
            }
        }
    }

    /**
     * A file of items.
     *
     * @param digest of what stands in it, so that two runs are only compared over the same items
     */
    public record Items(ItemFile<TestItem> file, Digest digest) {
        public List<TestItem> all() {
            return file.items();
        }
    }

    /** A question without any expectation yet. */
    public static TestItem asking(String id, String question) {
        return new TestItem(
                id,
                id,
                question,
                JsonNodeFactory.instance.objectNode(),
                List.of(),
                Match.EXACT,
                Optional.empty(),
                false,
                Optional.empty(),
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * Reads a file.
     *
     * @throws io.stoa.model.StoaException of kind {@code USER} that names the file and the line
     */
    public static Items read(Path path, Optional<Integer> limit) {
        StringBuilder lines = new StringBuilder();
        ItemFile<TestItem> file = ItemFile.read(path, limit, line -> {
            lines.append(line.json()).append('\n');
            return of(line);
        });
        return new Items(file, Digest.of(lines + "\nlimit " + limit.orElse(file.total())));
    }

    static TestItem of(ItemLine line) {
        ObjectNode json = line.json();
        for (String key : json.propertyNames()) {
            if (!KEYS.contains(key) && !key.startsWith("x-")) {
                throw line.wrong("\"" + key + "\" is not a key of a test item" + nearest(key)
                        + "; keys of your own begin with \"x-\"");
            }
        }
        Optional<List<String>> sources = sources(line);
        List<String> answers = answers(line);
        boolean declined = answers.size() == 1 && Answers.declines(answers.getFirst());
        boolean unanswerable = truth(
                line,
                "unanswerable",
                declined || (sources.isPresent() && sources.get().isEmpty() && answers.isEmpty()));
        if (unanswerable && !answers.isEmpty() && !declined) {
            throw line.wrong("is unanswerable and has an answer; leave one of the two out");
        }
        if (!unanswerable && declined) {
            throw line.wrong("is not unanswerable, so its answer cannot be \"" + answers.getFirst() + "\"");
        }
        TestItem item = new TestItem(
                line.id(),
                line.toString(),
                line.text("question").strip(),
                object(line, "inputs").orElseGet(JsonNodeFactory.instance::objectNode),
                unanswerable ? List.of() : answers,
                match(line),
                sources,
                unanswerable,
                json.has("calls") ? Optional.of(calls(line)) : Optional.empty(),
                truth(line, "ordered", true),
                Optional.ofNullable(json.get("state")),
                json.has("route") ? Optional.of(line.text("route")) : Optional.empty(),
                object(line, "attack").map(attack -> attack(line, attack)),
                json.has("case") ? Optional.of(line.text("case")) : Optional.empty());
        if (!item.expectsAnything()) {
            throw line.wrong(
                    "says nothing of what would be right; give it an answer, unanswerable, calls, a state, a route"
                            + " or an attack");
        }
        return item;
    }

    private static String nearest(String key) {
        return switch (key.toLowerCase(Locale.ROOT)) {
            case "prompt", "query", "input", "text" -> "; did you mean \"question\"?";
            case "gold", "expected", "output", "ground_truth", "reference" -> "; did you mean \"answer\"?";
            case "context", "contexts", "sources", "docs" -> "; did you mean \"documents\"?";
            case "tools", "tool_calls", "tool-calls" -> "; did you mean \"calls\"?";
            default -> "";
        };
    }

    private static Optional<List<String>> sources(ItemLine line) {
        boolean documents = line.json().has("documents");
        boolean passages = line.json().has("passages");
        if (documents && passages) {
            List<String> both = new ArrayList<>(line.texts("documents"));
            both.addAll(line.texts("passages"));
            return Optional.of(both);
        }
        return documents
                ? Optional.of(line.texts("documents"))
                : passages ? Optional.of(line.texts("passages")) : Optional.empty();
    }

    private static List<String> answers(ItemLine line) {
        boolean one = line.json().has("answer");
        if (one && line.json().has("answers")) {
            throw line.wrong("has both \"answer\" and \"answers\"; keep one");
        }
        if (one) {
            return List.of(line.text("answer").strip());
        }
        List<String> answers = line.json().has("answers") ? line.texts("answers") : List.of();
        if (answers.stream().anyMatch(String::isBlank)) {
            throw line.wrong("\"answers\" holds a blank text");
        }
        return answers;
    }

    private static Match match(ItemLine line) {
        if (!line.json().has("match")) {
            return Match.EXACT;
        }
        return switch (line.text("match")) {
            case "exact" -> Match.EXACT;
            case "contains" -> Match.CONTAINS;
            default ->
                throw line.wrong(
                        "\"match\" is exact or contains, not " + line.json().path("match"));
        };
    }

    private static boolean truth(ItemLine line, String key, boolean preset) {
        JsonNode value = line.json().path(key);
        if (value.isMissingNode()) {
            return preset;
        }
        if (!value.isBoolean()) {
            throw line.wrong("\"" + key + "\" is true or false, not " + value);
        }
        return value.booleanValue();
    }

    private static Optional<ObjectNode> object(ItemLine line, String key) {
        JsonNode value = line.json().path(key);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (value instanceof ObjectNode object) {
            return Optional.of(object);
        }
        throw line.wrong("\"" + key + "\" is an object, not " + value.getNodeType());
    }

    private static List<ExpectedCall> calls(ItemLine line) {
        List<ExpectedCall> calls = new ArrayList<>();
        for (ObjectNode json : line.objects("calls")) {
            json.propertyNames().stream()
                    .filter(key -> !CALL_KEYS.contains(key))
                    .findFirst()
                    .ifPresent(key -> {
                        throw line.wrong("a call has name, arguments, accept and optional, not \"" + key + "\"");
                    });
            String name = json.path("name").stringValue("");
            if (name.isBlank() || !(json.path("arguments") instanceof ObjectNode arguments)) {
                throw line.wrong("a call is {\"name\": …, \"arguments\": {…}}, not " + json);
            }
            Map<String, List<JsonNode>> accepted = new LinkedHashMap<>();
            arguments.properties().forEach(entry -> accepted.put(entry.getKey(), List.of(entry.getValue())));
            for (Map.Entry<String, JsonNode> more : json.path("accept").properties()) {
                if (!more.getValue().isArray() || more.getValue().isEmpty()) {
                    throw line.wrong("\"accept\" of call " + name + " lists the values that will do for \""
                            + more.getKey() + "\", at least one");
                }
                List<JsonNode> values = new ArrayList<>(accepted.getOrDefault(more.getKey(), List.of()));
                more.getValue().forEach(values::add);
                accepted.put(more.getKey(), values);
            }
            Set<String> optional = new HashSet<>();
            for (JsonNode argument : json.path("optional")) {
                optional.add(argument.stringValue(""));
            }
            try {
                calls.add(new ExpectedCall(name, accepted, optional));
            } catch (IllegalArgumentException e) {
                throw line.wrong(e.getMessage() + "");
            }
        }
        return calls;
    }

    private static Attack attack(ItemLine line, ObjectNode json) {
        ItemLine inner = new ItemLine(line.file(), line.number(), json);
        try {
            return new Attack(
                    json.has("texts") ? inner.texts("texts") : List.of(),
                    json.has("calls") ? inner.texts("calls") : List.of());
        } catch (IllegalArgumentException e) {
            throw line.wrong(e.getMessage() + "");
        }
    }

    boolean expectsAnything() {
        return unanswerable
                || !answers.isEmpty()
                || calls.isPresent()
                || state.isPresent()
                || route.isPresent()
                || attack.isPresent();
    }

    /** Whether a passage is one of those that hold the answer. */
    public boolean isSource(Passage passage) {
        return sources.isPresent()
                && (sources.get().contains(passage.id()) || sources.get().contains(passage.document()));
    }

    /** The id by which a passage is held against {@link #sources}: its own, or that of its document. */
    String sourceId(Passage passage) {
        List<String> known = sources.orElse(List.of());
        return !known.contains(passage.id()) && known.contains(passage.document()) ? passage.document() : passage.id();
    }

    /** The same, asked otherwise. */
    public TestItem asking(String otherwise) {
        return new TestItem(
                id,
                place,
                otherwise,
                inputs,
                answers,
                match,
                sources,
                unanswerable,
                calls,
                ordered,
                state,
                route,
                attack,
                ofCase);
    }
}
