package io.stoa.benchmark.math;

/** Whether two answers have the same value. */
public final class MathEquality {
    private MathEquality() {}

    /** How a comparison ended. */
    public sealed interface Result {
        /** Equal. */
        record Equal() implements Result {}

        /** Not equal. */
        record Different() implements Result {}
    }

    /** Compares. */
    public static Result compare(String gold, String answer) {
        return gold.equals(answer) ? new Result.Equal() : new Result.Different();
    }
}
