package io.stoa.integration;

import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ToolCall;
import io.stoa.engine.chat.ToolDefinition;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The conversations that every chat template is tried with, from the simplest to the one that agents need. An assistant
 * that only calls a tool says the empty text, as most servers put it: published templates (Qwen 3, gpt-oss, Granite 3.3)
 * fail where its content is absent, though a few (DeepSeek R1) show the call only then.
 */
enum Conversation {
    ONE_QUESTION("one question"),
    SEVERAL_TURNS("several turns"),
    SYSTEM_MESSAGE("a system message"),
    TOOLS("tools on offer"),
    TOOL_RESULT("a tool's result");

    private static final String QUESTION = "Which river flows through Turin?";
    private static final String CITY = "Turin";

    private final String words;

    Conversation(String words) {
        this.words = words;
    }

    /** What people call it. */
    String words() {
        return words;
    }

    List<ChatMessage> messages() {
        ChatMessage question = ChatMessage.user(QUESTION);
        return switch (this) {
            case ONE_QUESTION, TOOLS -> List.of(question);
            case SEVERAL_TURNS ->
                List.of(
                        question,
                        ChatMessage.assistant("The Po flows through it."),
                        ChatMessage.user("And where does that river end?"));
            case SYSTEM_MESSAGE -> List.of(ChatMessage.system("Answer in one short sentence."), question);
            case TOOL_RESULT ->
                List.of(
                        question,
                        new ChatMessage(
                                "assistant", Optional.of(""), List.of(call()), Optional.empty(), Optional.empty()),
                        new ChatMessage(
                                "tool",
                                Optional.of("Po, 652 km"),
                                List.of(),
                                Optional.of(call().id()),
                                Optional.empty()));
        };
    }

    List<ToolDefinition> tools() {
        return switch (this) {
            case ONE_QUESTION, SEVERAL_TURNS, SYSTEM_MESSAGE -> List.of();
            case TOOLS, TOOL_RESULT -> List.of(tool());
        };
    }

    /** What the prompt must contain, so that nothing that was said is lost. */
    List<String> said() {
        Stream<String> contents = messages().stream().flatMap(message -> message.content().stream());
        return Stream.concat(contents, tools().stream().map(ToolDefinition::name))
                .toList();
    }

    /** Nine letters and digits: Mistral's templates refuse every other length. */
    private static ToolCall call() {
        ObjectNode arguments = JsonNodeFactory.instance.objectNode().put("city", CITY);
        return new ToolCall("river0001", "find_river", arguments);
    }

    private static ToolDefinition tool() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("type", "function");
        ObjectNode function =
                json.putObject("function").put("name", "find_river").put("description", "Finds a city's river.");
        ObjectNode parameters = function.putObject("parameters").put("type", "object");
        parameters
                .putObject("properties")
                .putObject("city")
                .put("type", "string")
                .put("description", "The city's name.");
        parameters.putArray("required").add("city");
        return new ToolDefinition(json);
    }
}
