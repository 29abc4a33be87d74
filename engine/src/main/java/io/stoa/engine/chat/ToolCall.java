package io.stoa.engine.chat;

import static java.util.Objects.requireNonNull;

import tools.jackson.databind.node.ObjectNode;

/**
 * A call that a model made.
 *
 * @param id the call's id
 * @param name the function's name
 * @param arguments the arguments, in the order in which they were written
 */
public record ToolCall(String id, String name, ObjectNode arguments) {
    public ToolCall {
        requireNonNull(id, "id");
        requireNonNull(arguments, "arguments");
        if (name.isBlank()) {
            throw new IllegalArgumentException("a tool call needs a name");
        }
    }
}
