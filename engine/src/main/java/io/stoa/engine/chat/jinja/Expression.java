package io.stoa.engine.chat.jinja;

import java.util.List;
import java.util.Optional;

/** A parsed expression. */
sealed interface Expression {
    record Literal(Value value) implements Expression {}

    record Name(String name) implements Expression {}

    /** {@code a.name}: methods come before keys. */
    record Attribute(Expression target, String name) implements Expression {}

    /** {@code a[index]}: keys come before methods. */
    record Item(Expression target, Expression index) implements Expression {}

    record Slice(Expression target, Optional<Expression> start, Optional<Expression> stop, Optional<Expression> step)
            implements Expression {}

    record Call(Expression target, CallArguments arguments, int line) implements Expression {}

    record Filtered(Expression target, Filter filter) implements Expression {}

    record Tested(Expression target, String test, CallArguments arguments) implements Expression {}

    record Not(Expression operand) implements Expression {}

    record Sign(boolean negative, Expression operand) implements Expression {}

    /**
     * Operators of one precedence, applied from left to right (even {@code **}, as in Jinja2). Kept flat so that a long
     * sum does not nest.
     */
    record Chain(Expression first, List<Step> steps) implements Expression {}

    record Step(Operator operator, Expression operand) {}

    enum Operator {
        ADD("+"),
        SUBTRACT("-"),
        MULTIPLY("*"),
        DIVIDE("/"),
        FLOOR_DIVIDE("//"),
        MODULO("%"),
        POWER("**");

        private final String symbol;

        Operator(String symbol) {
            this.symbol = symbol;
        }

        String symbol() {
            return symbol;
        }
    }

    /** {@code a ~ b ~ …}. */
    record Concatenation(List<Expression> parts) implements Expression {}

    /** {@code a < b <= c}: each operand is evaluated once, and the first false comparison ends it. */
    record Comparison(Expression first, List<Compared> rest) implements Expression {}

    record Compared(Relation relation, Expression operand) {}

    enum Relation {
        EQUAL("=="),
        UNEQUAL("!="),
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">="),
        IN("in"),
        NOT_IN("not in");

        private final String symbol;

        Relation(String symbol) {
            this.symbol = symbol;
        }

        String symbol() {
            return symbol;
        }
    }

    record And(List<Expression> operands) implements Expression {}

    record Or(List<Expression> operands) implements Expression {}

    record Conditional(Expression test, Expression then, Optional<Expression> otherwise, int line)
            implements Expression {}

    record Listing(List<Expression> items) implements Expression {}

    record Tuple(List<Expression> items) implements Expression {}

    record Mapping(List<Entry> entries) implements Expression {}

    record Entry(Expression key, Expression value) {}

    /** A filter and its arguments, without what it is applied to. */
    record Filter(String name, CallArguments arguments) {}

    /** The arguments of a call as they are written. */
    record CallArguments(
            List<Expression> positional,
            List<Keyword> named,
            Optional<Expression> more,
            Optional<Expression> moreNamed) {
        static final CallArguments NONE = new CallArguments(List.of(), List.of(), Optional.empty(), Optional.empty());
    }

    record Keyword(String name, Expression value) {}
}
