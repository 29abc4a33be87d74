package io.stoa.integration.tool.mcp;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.tool.Pin;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tool as a server defines it.
 *
 * @param name by its server
 * @param text what its server says it does
 * @param parameters its {@code inputSchema}
 * @param hints its {@code annotations}, such as {@code readOnlyHint}: claims of the server, which decide nothing
 */
public record McpDefinition(String name, String text, ObjectNode parameters, ObjectNode hints) {
    public McpDefinition {
        requireNonNull(name, "name");
        requireNonNull(text, "text");
        requireNonNull(parameters, "parameters");
        requireNonNull(hints, "hints");
    }

    /** Of all that a model reads of it. */
    public Pin pin() {
        return Pin.of(name, text, parameters);
    }
}
