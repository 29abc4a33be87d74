package io.stoa.benchmark.harness;

import io.stoa.benchmark.toolcall.Language;
import io.stoa.benchmark.toolcall.ToolCallCategory;
import io.stoa.benchmark.toolcall.ToolCallChecker;
import io.stoa.benchmark.toolcall.ToolCallItem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tool calling in BFCL's manner: its items, its AST check, and a prompt of our own. The functions and how to call them
 * stand in the prompt, so that every model can be asked, whether or not its chat template knows tools.
 */
final class ToolCallHooks {
    private static final ToolCallChecker CHECKER = new ToolCallChecker(ToolCallChecker.FunctionNames.AS_DECLARED);

    private ToolCallHooks() {}

    static JsonNode text(ObjectNode document) {
        ToolCallItem item = item(document);
        ArrayNode functions = JsonNodeFactory.instance.arrayNode();
        item.functions().forEach(function -> functions.add(function.json()));
        StringBuilder text = new StringBuilder("These functions can be called, declared as JSON:\n")
                .append(functions)
                .append("\n\nThis is the request:\n");
        item.question()
                .forEach(message -> text.append(message.role())
                        .append(": ")
                        .append(message.content().orElse(""))
                        .append('\n'));
        return JsonNodeFactory.instance.stringNode(text.append('\n')
                .append(manner(item.category().language()))
                .append(" Give every required parameter; leave an optional one out unless the request asks for it."
                        + " If no function serves the request, answer []. Write nothing else.\n")
                .toString());
    }

    private static String manner(Language language) {
        return switch (language) {
            case PYTHON ->
                "Answer with a list of the calls that the request needs, in Python's syntax with named arguments:"
                        + " [function(parameter=value, other='text'), function(parameter=value)].";
            case JAVA ->
                "Answer with a list of the one call that the request needs, with named arguments whose values are"
                        + " written in Java's syntax: [function(parameter=5L, other=\"text\")].";
            case JAVASCRIPT ->
                "Answer with a list of the one call that the request needs, with named arguments whose values are"
                        + " written in JavaScript's syntax: [function(parameter=5, other=\"text\")].";
        };
    }

    /** The possible answers as JSON, for people who read the samples. */
    static JsonNode target(ObjectNode document) {
        JsonNode truth = document.path("ground_truth");
        return JsonNodeFactory.instance.stringNode(truth.isMissingNode() ? "[]" : truth.toString());
    }

    static SequencedMap<String, Measured> results(ObjectNode document, List<Outcome> outcomes) {
        ToolCallItem item = item(document);
        String answer = Outcome.text(outcomes);
        boolean right =
                CHECKER.judge(item, item.category().language().syntax(), answer).right();
        SequencedMap<String, Measured> scores = new LinkedHashMap<>();
        scores.put("ast_acc", new Measured.Value(right ? 1 : 0));
        return scores;
    }

    private static ToolCallItem item(ObjectNode document) {
        String name = HarnessHooks.text(document, "category").toLowerCase(Locale.ROOT);
        ToolCallCategory category = ToolCallCategory.named(name)
                .orElseThrow(() -> new IllegalArgumentException(name + " is no single-turn category of BFCL"));
        String line = document.toString();
        if (!category.expectsCalls()) {
            return ToolCallItem.read(category, line);
        }
        if (!document.path("ground_truth").isArray()) {
            throw new IllegalArgumentException(
                    "ground_truth is missing; keep the folder possible_answer beside the items of BFCL");
        }
        return ToolCallItem.read(category, line, line);
    }
}
