package io.stoa.integration.judge.metric;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import java.util.List;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * A quantile of seconds, tokens or costs.
 *
 * @param quantile in (0, 1)
 * @param value the smallest value that at least this share does not exceed
 * @param interval of order statistics; it reaches to the extremes seen where there are too few values for its level
 * @param n values
 */
public record Spread(double quantile, double value, Interval interval, int n) {
    public Spread {
        requireNonNull(interval, "interval");
    }

    /**
     * A quantile with its distribution-free interval: how many of n values lie below the true quantile is binomial (H. A. David and H.
     * N. Nagaraja, Order Statistics, 2003, section 7.1).
     */
    public static Spread of(List<Double> values, double quantile) {
        if (values.isEmpty() || !(quantile > 0 && quantile < 1)) {
            throw new IllegalArgumentException("a quantile in (0, 1) of at least one value: " + quantile);
        }
        List<Double> ascending = values.stream().sorted().toList();
        int n = ascending.size();
        BinomialDistribution below = BinomialDistribution.of(n, quantile);
        double tail = (1 - Scores.CONFIDENCE) / 2;
        int low = Math.max(0, below.inverseCumulativeProbability(tail) - 1);
        int high = Math.min(n - 1, below.inverseCumulativeProbability(1 - tail));
        int at = Math.clamp((int) Math.ceil(quantile * n - 1e-9) - 1L, 0, n - 1);
        return new Spread(
                quantile,
                ascending.get(at),
                new Interval(
                        Math.min(ascending.get(low), ascending.get(at)),
                        Math.max(ascending.get(high), ascending.get(at))),
                n);
    }
}
