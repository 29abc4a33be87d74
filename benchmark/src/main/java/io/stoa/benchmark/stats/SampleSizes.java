package io.stoa.benchmark.stats;

import java.util.OptionalLong;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** How many items a question takes, and what a number of items can see. Normal approximations, rounded up. */
public final class SampleSizes {
    private SampleSizes() {}

    /**
     * The number of items after which {@link Proportions#wilson Wilson's interval} leaves the gate on the side of the
     * true share with probability {@code power}: n = ((z₁ √(g(1−g)) + z₂ √(p(1−p))) / (p − g))², where z₁ belongs to the
     * two-sided confidence and z₂ to the power.
     *
     * <p>Source: J. L. Fleiss, B. Levin and M. C. Paik, Statistical Methods for Rates and Proportions (3rd ed. 2003),
     * chapter 2; Wilson's interval is the inversion of the same score test.
     *
     * @param share the true share p in [0, 1], in practice the estimate so far
     * @param gate the gate g in (0, 1]
     * @param confidence of the two-sided interval, such as 0.95
     * @param power such as 0.8, at least ½
     * @return empty when no number of items would do: the share is the gate, or the gate is 1, where g(1−g) = 0 and a
     *     single wrong answer decides
     */
    public static OptionalLong toResolveGate(double share, double gate, double confidence, double power) {
        if (!(share >= 0 && share <= 1) || !(gate > 0 && gate <= 1)) {
            throw new IllegalArgumentException("not a share and a gate: " + share + ", " + gate);
        }
        if (share == gate || gate == 1) {
            return OptionalLong.empty();
        }
        double root = (Proportions.quantile(confidence) * Math.sqrt(gate * (1 - gate))
                        + oneSided(power) * Math.sqrt(share * (1 - share)))
                / (share - gate);
        return OptionalLong.of((long) Math.ceil(root * root));
    }

    /**
     * The number of items on which a paired comparison sees a difference of shares with probability {@code power}: n =
     * (z₁ + z₂)² (d − δ²) / δ².
     *
     * <p>Source: the large-sample variance of a paired difference, (d − δ²) / n, in A. Agresti, Categorical Data
     * Analysis (2nd ed. 2002), section 10.1.
     *
     * @param difference δ, not 0, and |δ| at most {@code disagreement}
     * @param disagreement d, the share of items that exactly one of the two answers rightly, in (0, 1]
     */
    public static long toSeeDifference(double difference, double disagreement, double confidence, double power) {
        if (!(disagreement > 0 && disagreement <= 1) || difference == 0 || !(Math.abs(difference) <= disagreement)) {
            throw new IllegalArgumentException(
                    "a difference lies within the disagreement: " + difference + ", " + disagreement);
        }
        double squared = difference * difference;
        double needed = squaredQuantiles(confidence, power) * (disagreement - squared) / squared;
        return Math.max(1, (long) Math.ceil(needed));
    }

    /**
     * The smallest difference of shares that a paired comparison on {@code n} items sees with probability {@code power}:
     * δ = √(k d / (n + k)) with k = (z₁ + z₂)², the inverse of {@link #toSeeDifference}; never more than the
     * disagreement itself, which is the largest difference that there can be.
     *
     * @param disagreement the share of items that exactly one of the two answers rightly, in (0, 1]
     */
    public static double smallestVisibleDifference(int n, double disagreement, double confidence, double power) {
        if (n < 1 || !(disagreement > 0 && disagreement <= 1)) {
            throw new IllegalArgumentException("not a number of items and a disagreement: " + n + ", " + disagreement);
        }
        double k = squaredQuantiles(confidence, power);
        return Math.min(disagreement, Math.sqrt(k * disagreement / (n + k)));
    }

    /**
     * The number of items on which a paired comparison of mean scores sees a difference with probability {@code power}: n
     * = (z₁ + z₂)² (ω² + σ²_A / K_A + σ²_B / K_B) / δ².
     *
     * <p>Source: E. Miller, arXiv 2411.00640, section 5.
     *
     * @param difference δ, not 0
     * @param betweenItems ω², the variance over the items of the difference of both scores without noise
     */
    public static long toSeeMeanDifference(
            double difference,
            double betweenItems,
            SamplingNoise first,
            SamplingNoise second,
            double confidence,
            double power) {
        if (difference == 0 || !Double.isFinite(difference)) {
            throw new IllegalArgumentException("no number of items shows a difference of " + difference);
        }
        double variance = varianceOfDifference(betweenItems, first, second);
        double needed = squaredQuantiles(confidence, power) * variance / (difference * difference);
        return Math.max(1, (long) Math.ceil(needed));
    }

    /**
     * The smallest difference of mean scores that a paired comparison on {@code n} items sees with probability {@code
     * power}, the inverse of {@link #toSeeMeanDifference}.
     *
     * @param betweenItems ω², the variance over the items of the difference of both scores without noise
     */
    public static double smallestVisibleMeanDifference(
            int n, double betweenItems, SamplingNoise first, SamplingNoise second, double confidence, double power) {
        if (n < 1) {
            throw new IllegalArgumentException("n must be positive: " + n);
        }
        return Math.sqrt(squaredQuantiles(confidence, power) * varianceOfDifference(betweenItems, first, second) / n);
    }

    private static double varianceOfDifference(double betweenItems, SamplingNoise first, SamplingNoise second) {
        if (!(betweenItems >= 0)) {
            throw new IllegalArgumentException("a variance is not negative: " + betweenItems);
        }
        return betweenItems + first.ofMean() + second.ofMean();
    }

    private static double squaredQuantiles(double confidence, double power) {
        double sum = Proportions.quantile(confidence) + oneSided(power);
        return sum * sum;
    }

    private static double oneSided(double power) {
        if (!(power >= 0.5 && power < 1)) {
            throw new IllegalArgumentException("a power lies in [0.5, 1): " + power);
        }
        return NormalDistribution.of(0, 1).inverseCumulativeProbability(power);
    }
}
