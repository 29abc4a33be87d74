package io.stoa.integration.tool.openapi;

import io.stoa.integration.tool.Pin;
import io.stoa.integration.tool.Tool.Effects;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * An operation of a description, as a tool.
 *
 * @param name its {@code operationId}, or its method and path, in letters, digits and underscores
 * @param method such as {@code GET}
 * @param path with its parameters in braces
 * @param text what it does
 * @param parameters a JSON Schema of its arguments
 * @param places where each argument goes
 */
public record Operation(
        String name, String method, String path, String text, ObjectNode parameters, List<Place> places) {
    public Operation {
        places = List.copyOf(places);
    }

    /** Of all that a model reads of it, and of where it goes. */
    public Pin pin() {
        return Pin.of(name, method + " " + path + "\n" + text, parameters);
    }

    /** What its method promises (RFC 9110, sections 9.2.1 and 9.2.2). */
    public Effects effects() {
        return switch (method) {
            case "GET", "HEAD" -> Effects.NONE;
            case "PUT", "DELETE" -> Effects.IDEMPOTENT;
            default -> Effects.EACH_CALL;
        };
    }

    /**
     * Where an argument goes.
     *
     * @param argument its name among the arguments
     * @param name its name in the request
     * @param exploded whether each element of a list is a parameter of its own; else they are joined by commas
     */
    public record Place(String argument, String name, In in, boolean exploded) {}

    /** A part of a request. */
    public enum In {
        PATH,
        QUERY,
        HEADER,
        BODY
    }
}
