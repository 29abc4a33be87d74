package io.stoa.model;

import static java.util.Objects.requireNonNull;

/**
 * An estimated quality in [0, 1] with its uncertainty. There is no bare accuracy anywhere in Stoa.
 *
 * @param estimate the point estimate, a share in [0, 1]
 * @param interval the confidence interval around it
 * @param confidence the interval's confidence level in (0, 1), such as 0.95
 * @param n the number of items behind it, at least 1
 * @param method how the interval was computed, such as "Wilson"
 * @param stopped why counting ended
 */
public record Score(double estimate, Interval interval, double confidence, int n, String method, Stop stopped) {
    /** Why an evaluation ended. */
    public enum Stop {
        /** Every item was answered. */
        EXHAUSTED,
        /** A limit on items was set. */
        LIMITED,
        /** A valid sequential rule decided early. */
        DECIDED
    }

    public Score {
        requireNonNull(interval, "interval");
        requireNonNull(method, "method");
        requireNonNull(stopped, "stopped");
        if (!(estimate >= 0 && estimate <= 1)) {
            throw new IllegalArgumentException("a score is a share in [0, 1]: " + estimate);
        }
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("a confidence lies strictly between 0 and 1: " + confidence);
        }
        if (n < 1) {
            throw new IllegalArgumentException("n must be positive: " + n);
        }
    }
}
