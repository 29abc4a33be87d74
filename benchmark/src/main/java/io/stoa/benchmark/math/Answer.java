package io.stoa.benchmark.math;

import java.util.List;

/** What an answer is, as it was written. */
sealed interface Answer {
    /**
     * A scalar.
     *
     * @param percent whether a percent sign follows, so that 28% is met by 28 and by 0.28
     */
    record Value(Expression expression, boolean percent) implements Answer {}

    /** Several answers beside each other. */
    record Group(Kind kind, List<Answer> elements) implements Answer {
        public Group {
            elements = List.copyOf(elements);
        }
    }

    /** How a group's elements are held together. */
    enum Kind {
        /** Separated by commas or "and", without brackets. */
        LIST,
        /** Alternatives, separated by "or". */
        ALTERNATIVES,
        /** In braces; order and repetition do not matter. */
        SET,
        /** In parentheses or angles; order matters. */
        TUPLE
    }

    /** From one end to the other. */
    record Interval(Expression low, boolean lowClosed, Expression high, boolean highClosed) implements Answer {}

    /** Everything in any of the parts. */
    record Union(List<Answer> parts) implements Answer {
        public Union {
            parts = List.copyOf(parts);
        }
    }

    /** Everything in the whole but the parts removed. */
    record Without(Answer whole, Answer removed) implements Answer {}

    /** Rows of equal length. */
    record Matrix(List<List<Expression>> rows) implements Answer {
        public Matrix {
            rows = rows.stream().map(List::copyOf).toList();
        }
    }

    /** A chain such as {@code a < x <= b}: one sign fewer than sides. */
    record Relation(List<Expression> sides, List<Sign> signs) implements Answer {
        public Relation {
            sides = List.copyOf(sides);
            signs = List.copyOf(signs);
            if (signs.isEmpty() || sides.size() != signs.size() + 1) {
                throw new IllegalArgumentException("a relation has one sign fewer than sides: " + sides + signs);
            }
        }
    }

    /** How two sides are related. */
    enum Sign {
        EQUAL,
        NOT_EQUAL,
        LESS,
        AT_MOST,
        GREATER,
        AT_LEAST;

        /** The sign with its sides exchanged. */
        Sign flipped() {
            return switch (this) {
                case EQUAL, NOT_EQUAL -> this;
                case LESS -> GREATER;
                case AT_MOST -> AT_LEAST;
                case GREATER -> LESS;
                case AT_LEAST -> AT_MOST;
            };
        }
    }

    /** Words, in lower case and without spaces. */
    record Words(String text) implements Answer {}
}
