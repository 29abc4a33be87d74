package io.stoa.benchmark.toolcall;

/** What is read at most: far beyond any honest call, and small enough that no answer costs more than a moment. */
final class Bounds {
    /** Characters of an answer. */
    static final int LONGEST_ANSWER = 1 << 20;

    /** Brackets within brackets, and operators upon operators. */
    static final int DEEPEST = 100;

    /** Digits of a whole number; Python's own limit. */
    static final int MOST_DIGITS = 4300;

    private Bounds() {}

    static AnswerSyntaxException tooDeep() {
        return new AnswerSyntaxException("nested deeper than " + DEEPEST);
    }
}
