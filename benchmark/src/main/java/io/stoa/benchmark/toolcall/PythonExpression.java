package io.stoa.benchmark.toolcall;

import java.util.List;

/** The expressions of Python that an argument may be. Each knows how deep it is, so that walking it is safe. */
sealed interface PythonExpression {
    int depth();

    /** A literal. */
    record Constant(ArgumentValue value) implements PythonExpression {
        @Override
        public int depth() {
            return 1;
        }
    }

    record Name(String name) implements PythonExpression {
        @Override
        public int depth() {
            return 1;
        }
    }

    record Attribute(PythonExpression owner, String name, int depth) implements PythonExpression {}

    record Call(PythonExpression function, List<Argument> arguments, int depth) implements PythonExpression {}

    /** {@code owner[index]}; the index only ever becomes text. */
    record Subscript(PythonExpression owner, String index, int depth) implements PythonExpression {}

    record Sequence(boolean tuple, List<PythonExpression> elements, int depth) implements PythonExpression {}

    record Dictionary(List<Entry> entries, int depth) implements PythonExpression {}

    record Unary(String operator, PythonExpression operand, int depth) implements PythonExpression {}

    record Binary(String operator, PythonExpression left, PythonExpression right, int depth)
            implements PythonExpression {}

    /**
     * An argument of a call.
     *
     * @param name {@code ""} for a positional one, {@code *} and {@code **} for unpacked ones
     */
    record Argument(String name, PythonExpression value) {
        boolean named() {
            return !name.isEmpty() && !name.equals("*");
        }
    }

    record Entry(PythonExpression key, PythonExpression value) {}
}
