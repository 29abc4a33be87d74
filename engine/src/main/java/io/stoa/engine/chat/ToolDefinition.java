package io.stoa.engine.chat;

import tools.jackson.databind.node.ObjectNode;

/**
 * A tool on offer, exactly as it was given ({@code {"type": "function", "function": {…}}}): templates print it, so its
 * keys and their order matter.
 */
public record ToolDefinition(ObjectNode json) {
    public ToolDefinition {
        if (json.path("function").path("name").stringValue("").isBlank()) {
            throw new IllegalArgumentException("a tool needs function.name: " + json);
        }
    }

    public String name() {
        return json.path("function").path("name").stringValue("");
    }

    /** The JSON Schema of the arguments; an empty object where none is given. */
    public ObjectNode parameters() {
        return json.path("function").path("parameters") instanceof ObjectNode schema ? schema : json.objectNode();
    }
}
