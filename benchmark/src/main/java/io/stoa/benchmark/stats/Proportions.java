package io.stoa.benchmark.stats;

import io.stoa.model.Interval;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** Two-sided confidence intervals of one share: {@code right} successes among {@code n} independent items. */
public final class Proportions {
    private Proportions() {}

    /**
     * Wilson's score interval: every share that a two-sided score test at level 1 − confidence does not reject. It
     * covers close to the nominal level on average, also near 0 and 1, where the textbook interval does not.
     *
     * <p>Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209–212; method 3 in R. G. Newcombe, Stat. Med. 17 (1998)
     * 857–872.
     *
     * @param confidence the level in (0, 1), such as 0.95
     * @throws IllegalArgumentException unless 0 ≤ right ≤ n and n ≥ 1
     */
    public static Interval wilson(int right, int n, double confidence) {
        requireCounts(right, n);
        double z = quantile(confidence);
        double share = (double) right / n;
        double shrink = 1 + z * z / n;
        double centre = (share + z * z / (2.0 * n)) / shrink;
        double half = z * Math.sqrt(share * (1 - share) / n + z * z / (4.0 * n * n)) / shrink;
        // The ends are exact at 0 and 1; rounding must not move them inside, where a share of 1 would lie outside.
        return new Interval(right == 0 ? 0 : Math.max(0, centre - half), right == n ? 1 : Math.min(1, centre + half));
    }

    /**
     * The exact interval: covers with at least the nominal probability whatever the true share, at the price of width.
     *
     * <p>Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934) 404–413, through the quantiles of the beta
     * distribution.
     *
     * @param confidence the level in (0, 1), such as 0.95
     * @throws IllegalArgumentException unless 0 ≤ right ≤ n and n ≥ 1
     */
    public static Interval clopperPearson(int right, int n, double confidence) {
        requireCounts(right, n);
        double tail = (1 - requireShare(confidence)) / 2;
        double low =
                right == 0 ? 0 : BetaDistribution.of(right, n - right + 1.0).inverseCumulativeProbability(tail);
        double high =
                right == n ? 1 : BetaDistribution.of(right + 1.0, n - right).inverseSurvivalProbability(tail);
        return new Interval(low, high);
    }

    /** The standard normal quantile z with P(|Z| ≤ z) = confidence. */
    static double quantile(double confidence) {
        return NormalDistribution.of(0, 1).inverseSurvivalProbability((1 - requireShare(confidence)) / 2);
    }

    /** Returns a number strictly between 0 and 1, or throws. */
    static double requireShare(double value) {
        if (!(value > 0 && value < 1)) {
            throw new IllegalArgumentException("must lie strictly between 0 and 1: " + value);
        }
        return value;
    }

    private static void requireCounts(int right, int n) {
        if (n < 1 || right < 0 || right > n) {
            throw new IllegalArgumentException("not a share: " + right + " of " + n);
        }
    }
}
