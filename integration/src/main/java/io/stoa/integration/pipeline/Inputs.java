package io.stoa.integration.pipeline;

import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a run is given. */
public final class Inputs {
    private Inputs() {}

    /**
     * Inputs that are what the pipeline wants: all of them, no others, each of its type.
     *
     * @throws StoaException of kind {@code USER} that names what is wrong
     */
    public static ObjectNode checked(Pipeline pipeline, JsonNode given) {
        if (!(given instanceof ObjectNode object)) {
            throw StoaException.user("the inputs of a run are a JSON object, such as " + example(pipeline));
        }
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            ValueType type = pipeline.inputs().get(entry.getKey());
            if (type == null) {
                throw StoaException.user("pipeline " + pipeline.name() + " takes no input " + entry.getKey()
                        + Spelling.hint(entry.getKey(), pipeline.inputs().keySet())
                                .orElse("; it takes "
                                        + String.join(", ", pipeline.inputs().keySet())));
            }
            if (!fits(type, entry.getValue())) {
                throw StoaException.user("input " + entry.getKey() + " must be " + type.word());
            }
        }
        TreeSet<String> missing = new TreeSet<>(pipeline.inputs().keySet());
        missing.removeAll(object.propertyNames());
        if (!missing.isEmpty()) {
            throw StoaException.user("pipeline " + pipeline.name() + " also needs " + String.join(", ", missing)
                    + "; give it with --input " + missing.first() + "=…");
        }
        return object;
    }

    /** Texts from a command line, made what the pipeline wants. */
    public static ObjectNode parsed(Pipeline pipeline, Map<String, String> given) {
        ObjectNode inputs = JsonNodeFactory.instance.objectNode();
        given.forEach((name, text) -> {
            ValueType type = pipeline.inputs().getOrDefault(name, ValueType.TEXT);
            inputs.set(
                    name, type == ValueType.TEXT ? JsonNodeFactory.instance.stringNode(text) : json(name, type, text));
        });
        return checked(pipeline, inputs);
    }

    private static JsonNode json(String name, ValueType type, String text) {
        try {
            return JsonMapper.shared().readTree(text);
        } catch (JacksonException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    "input " + name + " must be " + type.word() + ", found \"" + text + "\"",
                    e);
        }
    }

    private static boolean fits(ValueType type, JsonNode value) {
        return switch (type) {
            case TEXT -> value.isString();
            case NUMBER -> value.isNumber();
            case BOOLEAN -> value.isBoolean();
            case PASSAGES ->
                value.isArray()
                        && value.valueStream()
                                .allMatch(each -> each.path("text").isString());
            case JSON -> true;
        };
    }

    private static String example(Pipeline pipeline) {
        return pipeline.inputs().keySet().stream()
                .map(name -> "\"" + name + "\": …")
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
