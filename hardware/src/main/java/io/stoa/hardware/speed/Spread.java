package io.stoa.hardware.speed;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import java.util.Arrays;

/**
 * A median and how well it is known.
 *
 * @param median the middle value, or the mean of the two in the middle
 * @param interval from the k-th smallest to the k-th largest value
 * @param confidence the chance that such an interval holds the true median, whatever the distribution
 * @param n the number of values
 */
public record Spread(double median, Interval interval, double confidence, int n) {
    /** The level that is aimed at; six values are the fewest that reach it. */
    private static final double AIM = 0.95;

    public Spread {
        requireNonNull(interval, "interval");
        if (n < 1) {
            throw new IllegalArgumentException("n must be positive: " + n);
        }
    }

    /**
     * The median of at least one value, with the narrowest interval [x₍ₖ₎, x₍ₙ₊₁₋ₖ₎] of at least 95 % confidence, or the
     * whole range where there are too few values for that. Its confidence is 1 − 2·P(B ≤ k − 1) with B binomial(n, ½).
     *
     * <p>Source: H. A. David and H. N. Nagaraja, Order Statistics, 3rd edition (2003), section 7.1.
     */
    static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("a spread of no values");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        int k = 1;
        while (k + 1 <= n / 2 && confidence(n, k + 1) >= AIM) {
            k++;
        }
        double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
        return new Spread(median, new Interval(sorted[k - 1], sorted[n - k]), confidence(n, k), n);
    }

    /** Whether there were values enough to decide anything on the interval: its confidence is 95 % or more. */
    public boolean decides() {
        return confidence >= AIM;
    }

    private static double confidence(int n, int k) {
        double term = Math.pow(0.5, n);
        double below = 0;
        for (int i = 0; i < k; i++) {
            below += term;
            term = term * (n - i) / (i + 1);
        }
        return 1 - 2 * below;
    }
}
