package io.stoa.benchmark.toolcall;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The value of an argument: what Python's literals and JSON can say. {@link Object#equals} is by type and value; {@link
 * #equalsInPython} is Python's {@code ==}, under which {@code 1}, {@code 1.0} and {@code True} are equal.
 */
public sealed interface ArgumentValue {
    record None() implements ArgumentValue {}

    record Bool(boolean value) implements ArgumentValue {}

    record Int(BigInteger value) implements ArgumentValue {}

    record Real(double value) implements ArgumentValue {}

    /** A text, or the source of something that is no literal: a variable, a call, an expression of Java. */
    record Text(String value) implements ArgumentValue {}

    /** A list, or a tuple. */
    record Items(boolean tuple, List<ArgumentValue> values) implements ArgumentValue {
        public Items {
            values = List.copyOf(values);
        }
    }

    /** A dict, in the order written. */
    record Table(Map<ArgumentValue, ArgumentValue> entries) implements ArgumentValue {
        public Table {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }
    }

    static ArgumentValue of(String text) {
        return new Text(text);
    }

    static ArgumentValue of(boolean value) {
        return new Bool(value);
    }

    static ArgumentValue of(long value) {
        return new Int(BigInteger.valueOf(value));
    }

    static ArgumentValue of(double value) {
        return new Real(value);
    }

    static ArgumentValue listOf(List<ArgumentValue> values) {
        return new Items(false, values);
    }

    /** A value of JSON. A number with a fraction or an exponent is a float, any other an integer, as in Python. */
    static ArgumentValue of(JsonNode json) {
        return switch (json.getNodeType()) {
            case BOOLEAN -> new Bool(json.booleanValue());
            case NUMBER ->
                json.isIntegralNumber()
                        ? new Int(json.bigIntegerValue())
                        : new Real(json.decimalValue().doubleValue());
            case STRING -> new Text(json.stringValue());
            case ARRAY -> {
                List<ArgumentValue> values = new ArrayList<>();
                json.forEach(value -> values.add(of(value)));
                yield new Items(false, values);
            }
            case OBJECT -> {
                Map<ArgumentValue, ArgumentValue> entries = new LinkedHashMap<>();
                json.properties().forEach(entry -> entries.put(new Text(entry.getKey()), of(entry.getValue())));
                yield new Table(entries);
            }
            case NULL -> new None();
            case MISSING, BINARY, POJO -> throw new IllegalArgumentException("not a value of JSON: " + json);
        };
    }

    /** Whether Python's {@code ==} holds. A list never equals a tuple. */
    default boolean equalsInPython(ArgumentValue other) {
        return switch (this) {
            case Items(boolean tuple, List<ArgumentValue> values) ->
                other instanceof Items items && tuple == items.tuple() && allEqual(values, items.values());
            case Table(Map<ArgumentValue, ArgumentValue> entries) ->
                other instanceof Table table && allEqual(entries, table.entries());
            case Bool _, Int _, Real _ -> other.isNumber() && numbersEqual(this, other);
            case None _, Text _ -> equals(other);
        };
    }

    /** What Python's {@code repr} gives, cut after 200 characters, for people. */
    default String shown() {
        String text = PythonValue.repr(this);
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    private boolean isNumber() {
        return this instanceof Bool || this instanceof Int || this instanceof Real;
    }

    private static boolean numbersEqual(ArgumentValue a, ArgumentValue b) {
        if (a instanceof Real(double x) && b instanceof Real(double y)) {
            return x == y;
        }
        if (!a.isFinite() || !b.isFinite()) {
            return false;
        }
        return a.decimal().compareTo(b.decimal()) == 0;
    }

    private boolean isFinite() {
        return !(this instanceof Real(double value)) || Double.isFinite(value);
    }

    private BigDecimal decimal() {
        return switch (this) {
            case Bool(boolean value) -> value ? BigDecimal.ONE : BigDecimal.ZERO;
            case Int(BigInteger value) -> new BigDecimal(value);
            case Real(double value) -> new BigDecimal(value);
            case None _, Text _, Items _, Table _ -> throw new IllegalStateException("no number: " + this);
        };
    }

    private static boolean allEqual(List<ArgumentValue> a, List<ArgumentValue> b) {
        if (a.size() != b.size()) {
            return false;
        }
        Iterator<ArgumentValue> others = b.iterator();
        return a.stream().allMatch(value -> value.equalsInPython(others.next()));
    }

    private static boolean allEqual(Map<ArgumentValue, ArgumentValue> a, Map<ArgumentValue, ArgumentValue> b) {
        return a.size() == b.size()
                && a.entrySet().stream()
                        .allMatch(entry -> b.containsKey(entry.getKey())
                                && entry.getValue().equalsInPython(b.getOrDefault(entry.getKey(), new None())));
    }
}
