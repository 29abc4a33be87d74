package io.stoa.engine.chat;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * One message of a conversation, as in the OpenAI chat protocol.
 *
 * @param role such as {@code system}, {@code user}, {@code assistant}, {@code tool}
 * @param content its text; absent where an assistant only calls tools
 * @param toolCalls the calls that an assistant made
 * @param toolCallId which call a {@code tool} message answers
 * @param reasoning the assistant's reasoning ({@code reasoning_content}), when it is kept apart
 */
public record ChatMessage(
        String role,
        Optional<String> content,
        List<ToolCall> toolCalls,
        Optional<String> toolCallId,
        Optional<String> reasoning) {
    public ChatMessage {
        requireNonNull(content, "content");
        requireNonNull(toolCallId, "toolCallId");
        requireNonNull(reasoning, "reasoning");
        toolCalls = List.copyOf(toolCalls);
        if (role.isBlank()) {
            throw new IllegalArgumentException("a message needs a role");
        }
    }

    public static ChatMessage system(String content) {
        return of("system", content);
    }

    public static ChatMessage user(String content) {
        return of("user", content);
    }

    public static ChatMessage assistant(String content) {
        return of("assistant", content);
    }

    /** The same with another text. */
    ChatMessage withContent(String other) {
        return new ChatMessage(role, Optional.of(other), toolCalls, toolCallId, reasoning);
    }

    private static ChatMessage of(String role, String content) {
        return new ChatMessage(role, Optional.of(content), List.of(), Optional.empty(), Optional.empty());
    }
}
