package io.stoa.benchmark.toolcall;

import io.stoa.engine.chat.ChatMessage;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A question, the functions on offer, and the calls that answer it.
 *
 * @param question the messages of its only turn
 * @param functions on offer, in the order declared; BFCL has a few items with none, where no call is wanted
 * @param expected the calls; none in the categories of relevance
 */
public record ToolCallItem(
        String id,
        ToolCallCategory category,
        List<ChatMessage> question,
        List<FunctionDeclaration> functions,
        List<ExpectedCall> expected) {
    private static final JsonMapper MAPPER = new JsonMapper();

    public ToolCallItem {
        question = List.copyOf(question);
        functions = List.copyOf(functions);
        expected = List.copyOf(expected);
        if (id.isBlank() || question.isEmpty()) {
            throw new IllegalArgumentException("an item needs an id and a question: \"" + id + "\"");
        }
        if (expected.isEmpty() == category.expectsCalls()) {
            throw new IllegalArgumentException(
                    expected.isEmpty()
                            ? "possible answers are missing in " + category.bfclName()
                            : "possible answers have no meaning in " + category.bfclName());
        }
        for (ExpectedCall call : expected) {
            declarationOf(functions, call.function());
        }
    }

    /**
     * Reads an item of a category without possible answers.
     *
     * @param line of BFCL's item file
     * @throws StoaException of kind {@code USER} naming the item and what is wrong with it
     */
    public static ToolCallItem read(ToolCallCategory category, String line) {
        return item(category, json(line), List.of());
    }

    /**
     * Reads an item and its possible answers.
     *
     * @param line of BFCL's item file
     * @param answerLine the line of the same id in {@code possible_answer}
     * @throws StoaException of kind {@code USER} naming the item and what is wrong with it
     */
    public static ToolCallItem read(ToolCallCategory category, String line, String answerLine) {
        JsonNode json = json(line);
        JsonNode answer = json(answerLine);
        if (!json.path("id").equals(answer.path("id"))) {
            throw StoaException.user("the answer of " + answer.path("id") + " stands beside the item " + json.path("id")
                    + "; join the files by id");
        }
        List<JsonNode> calls = new ArrayList<>();
        answer.path("ground_truth").forEach(calls::add);
        return item(category, json, calls);
    }

    /** The function that an expected call means. */
    FunctionDeclaration declarationOf(ExpectedCall call) {
        return declarationOf(functions, call.function());
    }

    private static FunctionDeclaration declarationOf(List<FunctionDeclaration> functions, String name) {
        return functions.stream()
                .filter(function -> function.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("\"" + name + "\" is expected, but no function on offer"));
    }

    private static JsonNode json(String line) {
        try {
            return MAPPER.readTree(line);
        } catch (JacksonException e) {
            throw StoaException.user("not a line of JSON: " + e.getOriginalMessage() + "; mend or delete it");
        }
    }

    private static ToolCallItem item(ToolCallCategory category, JsonNode json, List<JsonNode> calls) {
        String id = json.path("id").stringValue("");
        try {
            List<ChatMessage> question = new ArrayList<>();
            json.path("question").path(0).forEach(message -> question.add(message(message)));
            List<FunctionDeclaration> functions = new ArrayList<>();
            json.path("function")
                    .forEach(function -> functions.add(FunctionDeclaration.of(function, category.language())));
            List<ExpectedCall> expected = calls.stream().map(ExpectedCall::of).toList();
            return new ToolCallItem(id, category, question, functions, expected);
        } catch (IllegalArgumentException e) {
            throw StoaException.user("item \"" + id + "\": " + e.getMessage() + "; mend or delete it");
        }
    }

    private static ChatMessage message(JsonNode json) {
        return new ChatMessage(
                json.path("role").stringValue(""),
                Optional.of(json.path("content").stringValue("")),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }
}
