package io.stoa.benchmark.math;

/**
 * A piece of an answer.
 *
 * @param text a number's digits, a letter, a command's name, the words of a text, or the symbol itself
 * @param spaced whether white space stands before it
 */
record Token(Kind kind, String text, boolean spaced) {
    enum Kind {
        NUMBER,
        /** The digits that repeat, after a {@link #NUMBER}. */
        REPEATING,
        LETTER,
        COMMAND,
        TEXT,
        SYMBOL,
        END
    }

    boolean is(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    boolean isCommand(String name) {
        return kind == Kind.COMMAND && text.equals(name);
    }
}
