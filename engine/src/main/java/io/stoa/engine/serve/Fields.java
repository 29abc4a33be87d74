package io.stoa.engine.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A request's fields. {@code null} counts as absent, as in OpenAI's own; what has the wrong type is refused by name. */
final class Fields {
    private final ObjectNode node;

    Fields(ObjectNode node) {
        this.node = node;
    }

    Optional<JsonNode> get(String name) {
        return Optional.ofNullable(node.get(name)).filter(value -> !value.isNull());
    }

    Optional<String> text(String name) {
        return get(name).map(value -> {
            if (!value.isString()) {
                throw Refused.field(name, "must be a string");
            }
            return value.stringValue();
        });
    }

    boolean truth(String name, boolean otherwise) {
        return get(name)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw Refused.field(name, "must be true or false");
                    }
                    return value.booleanValue();
                })
                .orElse(otherwise);
    }

    OptionalInt whole(String name, int least, int most) {
        return get(name)
                .map(value -> {
                    if (!value.isIntegralNumber()
                            || !value.canConvertToInt()
                            || value.intValue() < least
                            || value.intValue() > most) {
                        throw Refused.field(
                                name,
                                "must be a whole number of at least " + least
                                        + (most == Integer.MAX_VALUE ? "" : " and at most " + most) + ": "
                                        + shortened(value));
                    }
                    return OptionalInt.of(value.intValue());
                })
                .orElse(OptionalInt.empty());
    }

    OptionalLong seed(String name) {
        return get(name)
                .map(value -> {
                    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                        throw Refused.field(name, "must be a whole number of 64 bits: " + shortened(value));
                    }
                    return OptionalLong.of(value.longValue());
                })
                .orElse(OptionalLong.empty());
    }

    double number(String name, double otherwise) {
        return get(name)
                .map(value -> {
                    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
                        throw Refused.field(name, "must be a number: " + shortened(value));
                    }
                    return value.doubleValue();
                })
                .orElse(otherwise);
    }

    /** A string, or a list of them. */
    List<String> texts(String name) {
        return get(name)
                .map(value -> {
                    if (value.isString()) {
                        return List.of(value.stringValue());
                    }
                    List<String> texts = new ArrayList<>();
                    for (JsonNode element : list(name, value)) {
                        if (!element.isString()) {
                            throw Refused.field(name, "must be a string or a list of strings");
                        }
                        texts.add(element.stringValue());
                    }
                    return List.copyOf(texts);
                })
                .orElse(List.of());
    }

    /** A list of whole numbers, such as token ids. */
    List<Integer> wholes(String name) {
        List<Integer> wholes = new ArrayList<>();
        for (JsonNode element : list(name)) {
            if (!element.isIntegralNumber() || !element.canConvertToInt()) {
                throw Refused.field(name, "must be a list of whole numbers");
            }
            wholes.add(element.intValue());
        }
        return List.copyOf(wholes);
    }

    List<Fields> objects(String name) {
        List<Fields> objects = new ArrayList<>();
        for (JsonNode element : list(name)) {
            objects.add(object(name, element));
        }
        return List.copyOf(objects);
    }

    Optional<Fields> object(String name) {
        return get(name).map(value -> object(name, value));
    }

    private static Fields object(String name, JsonNode value) {
        if (value instanceof ObjectNode object) {
            return new Fields(object);
        }
        throw Refused.field(name, "must be an object: " + shortened(value));
    }

    private List<JsonNode> list(String name) {
        return get(name).map(value -> list(name, value)).orElse(List.of());
    }

    private static List<JsonNode> list(String name, JsonNode value) {
        if (!value.isArray()) {
            throw Refused.field(name, "must be a list: " + shortened(value));
        }
        return value.valueStream().toList();
    }

    ObjectNode json() {
        return node;
    }

    private static String shortened(JsonNode value) {
        String text = value.toString();
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
