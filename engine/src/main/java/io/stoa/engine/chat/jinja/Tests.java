package io.stoa.engine.chat.jinja;

import io.stoa.engine.chat.jinja.Expression.Operator;
import io.stoa.engine.chat.jinja.Expression.Relation;
import io.stoa.engine.chat.jinja.Value.Arguments;

/** Jinja2's tests: what may follow {@code is}. */
final class Tests {
    private final Operations operations;

    Tests(Operations operations) {
        this.operations = operations;
    }

    boolean holds(String name, Value value, Arguments arguments) {
        return switch (name) {
            case "defined" -> !(value instanceof Value.Undefined);
            case "undefined" -> value instanceof Value.Undefined;
            case "none" -> value == Value.None.NONE;
            case "boolean" -> value instanceof Value.Truth;
            case "true" -> value instanceof Value.Truth truth && truth.value();
            case "false" -> value instanceof Value.Truth truth && !truth.value();
            case "integer" -> value instanceof Value.Whole;
            case "float" -> value instanceof Value.Real;
            case "number" -> value instanceof Value.Numeric;
            case "string" -> value instanceof Value.Text;
            case "mapping" -> value instanceof Value.Dict;
            case "iterable" -> operations.elements(value).isPresent() || value instanceof Value.Loop;
            case "sequence" ->
                value instanceof Value.Text
                        || value instanceof Value.Sequence
                        || value instanceof Value.Dict
                        || value instanceof Value.Undefined;
            case "callable" ->
                value instanceof Value.Function || value instanceof Value.Loop || value instanceof Value.Undefined;
            case "escaped" -> value instanceof Value.Text text && text.markup();
            case "lower" -> PythonText.isLower(operations.string(value));
            case "upper" -> PythonText.isUpper(operations.string(value));
            case "odd" -> remainder(value, Value.whole(2)).equals(Value.whole(1));
            case "even" -> remainder(value, Value.whole(2)).equals(Value.whole(0));
            case "divisibleby" -> remainder(value, other(name, arguments)).equals(Value.whole(0));
            case "sameas" -> same(value, other(name, arguments));
            case "in" -> operations.contains(other(name, arguments), value);
            case "filter" -> Filters.known(operations.string(value));
            case "eq", "equalto", "==" -> related(value, Relation.EQUAL, name, arguments);
            case "ne", "!=" -> related(value, Relation.UNEQUAL, name, arguments);
            case "lt", "lessthan", "<" -> related(value, Relation.LESS, name, arguments);
            case "le", "<=" -> related(value, Relation.LESS_OR_EQUAL, name, arguments);
            case "gt", "greaterthan", ">" -> related(value, Relation.GREATER, name, arguments);
            case "ge", ">=" -> related(value, Relation.GREATER_OR_EQUAL, name, arguments);
            default -> throw JinjaException.failed("No test named " + PythonText.quoted(name) + " found.");
        };
    }

    private static Value other(String name, Arguments arguments) {
        return arguments.require("test_" + name, 0, "other");
    }

    private Value remainder(Value value, Value divisor) {
        return operations.apply(value, Operator.MODULO, divisor);
    }

    private boolean related(Value value, Relation relation, String name, Arguments arguments) {
        return operations.related(value, relation, other(name, arguments));
    }

    /** Identity, which templates use for the singletons; small numbers and equal short texts are one object, too. */
    private boolean same(Value value, Value other) {
        return value.getClass() == other.getClass() && operations.same(value, other);
    }
}
