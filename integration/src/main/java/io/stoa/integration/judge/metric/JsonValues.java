package io.stoa.integration.judge.metric;

import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** JSON compared by value: 2 is 2.0, the order of keys does not matter, that of elements does. */
public final class JsonValues {
    private static final int DEEPEST = 64;

    private static final Comparator<JsonNode> SCALARS = (one, other) -> {
        if (one.isIntegralNumber() && other.isIntegralNumber()) {
            return one.bigIntegerValue().compareTo(other.bigIntegerValue());
        }
        if (one.isNumber() && other.isNumber()) {
            return Double.compare(one.doubleValue(), other.doubleValue());
        }
        return one.equals(other) ? 0 : 1;
    };

    private JsonValues() {}

    public static boolean same(JsonNode one, JsonNode other) {
        return difference(one, other).isEmpty();
    }

    /** The first place where two values differ, as a JSON Pointer with both values; absent where none does. */
    public static Optional<String> difference(JsonNode wanted, JsonNode found) {
        return difference(wanted, found, "", 0);
    }

    private static Optional<String> difference(JsonNode wanted, JsonNode found, String at, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("JSON nested more than " + DEEPEST + " levels deep");
        }
        if (wanted.isObject() && found.isObject()) {
            TreeSet<String> keys = new TreeSet<>(wanted.propertyNames());
            keys.addAll(found.propertyNames());
            for (String key : keys) {
                Optional<String> problem = difference(wanted.path(key), found.path(key), at + "/" + key, depth + 1);
                if (problem.isPresent()) {
                    return problem;
                }
            }
            return Optional.empty();
        }
        if (wanted.isArray() && found.isArray() && wanted.size() == found.size()) {
            for (int i = 0; i < wanted.size(); i++) {
                Optional<String> problem = difference(wanted.path(i), found.path(i), at + "/" + i, depth + 1);
                if (problem.isPresent()) {
                    return problem;
                }
            }
            return Optional.empty();
        }
        return SCALARS.compare(wanted, found) == 0
                ? Optional.empty()
                : Optional.of(
                        (at.isEmpty() ? "the value" : at) + " is " + shown(found) + " instead of " + shown(wanted));
    }

    private static String shown(JsonNode value) {
        if (value.isMissingNode()) {
            return "nothing";
        }
        String text = value.toString();
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
