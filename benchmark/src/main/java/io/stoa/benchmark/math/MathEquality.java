package io.stoa.benchmark.math;

import io.stoa.benchmark.math.AnswerReader.Reading;

/**
 * Whether two answers have the same value, by the rules of math_verify (float_rounding 6, numeric_precision 15, strict),
 * which asks sympy; here a reader of its own, exact fractions, and evaluation at seeded points decide.
 *
 * <ul>
 *   <li>Fractions are compared exactly. Roots, functions, π and e are compared in floating point with a bound on the
 *       error; variables stand for real numbers and are put in at points of both signs. Nothing is decided
 *       where a sum is so large that a term is lost in its rounding.
 *   <li>A decimal fraction equals a fraction when both are the same rounded to six places, half to even; it equals an
 *       irrational number when the relative difference is at most 1e-15.
 *   <li>28% equals 28 and 0.28.
 *   <li>Order counts in tuples, and in a list beside a tuple; not in sets and lists. A pair is an open interval where
 *       the other answer is one.
 *   <li>Relations are equal when their differences are multiples of each other, {@code a < b} as {@code b > a}; those of
 *       one variable that are linear also when they have the same solutions, and beside an interval they are that set.
 *   <li>{@code x = 5} beside a value counts as 5.
 * </ul>
 *
 * <p>Equality is symmetric, which math_verify's is not: relation and set may stand on either side. Whatever the texts
 * are, a comparison ends soon: what is too long, too deep or too large is unreadable or undecided.
 */
public final class MathEquality {
    private MathEquality() {}

    /** How a comparison ended. Only {@link Equal} counts as right. */
    public sealed interface Result {
        /** The values are the same, or the texts are. */
        record Equal() implements Result {}

        /** The values are not the same. */
        record Different() implements Result {}

        /** Both were read, but whether they are the same could not be decided. */
        record Undecided(String reason) implements Result {}

        /**
         * One was not read as mathematics.
         *
         * @param reason which, and why
         */
        record Unreadable(String reason) implements Result {}
    }

    /**
     * Compares two answers, each in LaTeX or plain, without what surrounds them; see {@link MathAnswer} for that.
     *
     * @param gold the reference
     * @param answer what is compared with it
     */
    public static Result compare(String gold, String answer) {
        String left = AnswerReader.trimmed(gold);
        String right = AnswerReader.trimmed(answer);
        if (!left.isEmpty() && left.equals(right)) {
            return new Result.Equal();
        }
        return switch (AnswerReader.read(left)) {
            case Reading.Unreadable(String reason) -> new Result.Unreadable("the reference: " + reason);
            case Reading.Read(Answer wanted) ->
                switch (AnswerReader.read(right)) {
                    case Reading.Unreadable(String reason) -> new Result.Unreadable("the answer: " + reason);
                    case Reading.Read(Answer given) -> new AnswerComparison().compare(wanted, given);
                };
        };
    }
}
