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

    /**
     * The share of right answers with Wilson's score interval, which keeps its level for small n and for shares near 0
     * and 1: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the
     * American Statistical Association 22 (1927), 209–212.
     *
     * @param right how many of the n items were right, from 0 to n
     */
    public static Score wilson(int right, int n, double confidence, Stop stopped) {
        if (n < 1 || right < 0 || right > n) {
            throw new IllegalArgumentException("not a count of right items: " + right + " of " + n);
        }
        double share = (double) right / n;
        return new Score(share, wilsonInterval(share, n, confidence), confidence, n, "Wilson", stopped);
    }

    /** (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), with the ends at 0 and 1 exact. */
    static Interval wilsonInterval(double share, int n, double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("a confidence lies strictly between 0 and 1: " + confidence);
        }
        double z = NormalDistribution.quantile(0.5 + confidence / 2);
        double shrink = 1 + z * z / n;
        double centre = (share + z * z / (2 * n)) / shrink;
        double half = z / shrink * Math.sqrt(share * (1 - share) / n + z * z / (4.0 * n * n));
        return new Interval(share == 0 ? 0 : Math.max(0, centre - half), share == 1 ? 1 : Math.min(1, centre + half));
    }
}
