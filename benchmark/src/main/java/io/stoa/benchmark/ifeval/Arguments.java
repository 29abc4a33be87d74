package io.stoa.benchmark.ifeval;

import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * The arguments of one instruction. As in the harness those that are null, zero or empty count as absent; unlike there an
 * argument that is absent is refused, since the harness would draw one at random.
 */
final class Arguments {
    private final String id;
    private final JsonNode given;
    private final Set<String> asked = new TreeSet<>();

    Arguments(String id, JsonNode given) {
        this.id = id;
        this.given = given;
        if (!given.isObject()) {
            throw StoaException.user("the arguments of " + id + " are " + shown(given) + "; write an object");
        }
    }

    /** A count of one or more. */
    int count(String name) {
        JsonNode value = required(name);
        double number = value.isNumber() ? value.doubleValue() : -1;
        if (number < 1 || number > Integer.MAX_VALUE || number != Math.rint(number)) {
            throw refused(name, value, "a whole number above zero");
        }
        return (int) number;
    }

    String text(String name) {
        JsonNode value = required(name);
        if (!value.isString()) {
            throw refused(name, value, "a text");
        }
        return value.stringValue();
    }

    List<String> texts(String name) {
        JsonNode value = required(name);
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isString()) {
                throw refused(name, value, "a list of texts");
            }
            texts.add(element.stringValue());
        }
        if (texts.isEmpty()) {
            throw refused(name, value, "a list of texts");
        }
        return texts;
    }

    Relation relation(String name) {
        String words = text(name);
        for (Relation relation : Relation.values()) {
            if (relation.words().equals(words)) {
                return relation;
            }
        }
        throw refused(name, required(name), "\"less than\" or \"at least\"");
    }

    /**
     * Refuses arguments that nobody asked for.
     *
     * @throws StoaException (USER) naming them
     */
    void allAsked() {
        for (String name : given.propertyNames()) {
            if (present(given.path(name)) && !asked.contains(name)) {
                throw StoaException.user(id + " takes " + (asked.isEmpty() ? "no arguments" : String.join(", ", asked))
                        + ", not " + name + "; check the spelling or remove it");
            }
        }
    }

    private JsonNode required(String name) {
        asked.add(name);
        JsonNode value = given.path(name);
        if (!present(value)) {
            throw StoaException.user(id + " needs " + name + ", which is absent, zero or empty; add it");
        }
        return value;
    }

    private static boolean present(JsonNode value) {
        return !value.isMissingNode()
                && !value.isNull()
                && !(value.isNumber() && value.doubleValue() == 0)
                && !(value.isString() && value.stringValue().isEmpty())
                && !(value.isBoolean() && !value.booleanValue())
                && !(value.isContainer() && value.isEmpty());
    }

    private StoaException refused(String name, JsonNode value, String wanted) {
        return StoaException.user(id + ": " + name + " is " + shown(value) + "; write " + wanted);
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() > 80 ? text.substring(0, 80) + "…" : text;
    }
}
