package io.stoa.benchmark.gate;

import io.stoa.benchmark.stats.Means;
import io.stoa.model.Interval;
import java.util.List;
import java.util.OptionalInt;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Graded scores of the same documents: the paired t test.
 *
 * <p>Where all gains are the same, they have no deviation to go by. Then what n documents did not show has a share of at
 * most 1 − tail^(1/n), and moves the mean by at most that share of the range.
 *
 * @param gains of each document
 * @param range the largest change that one document can bring
 */
record PairedMeans(List<Double> gains, double range) implements Difference {
    PairedMeans {
        gains = List.copyOf(gains);
        if (gains.isEmpty() || !(range > 0)) {
            throw new IllegalArgumentException("gains and a range are needed: " + gains.size() + ", " + range);
        }
    }

    @Override
    public double gain() {
        return Means.mean(gains);
    }

    private double error() {
        double error = gains.size() < 2 ? 0 : Means.standardError(gains);
        // Rounding is no deviation.
        return error < 1e-12 * range ? 0 : error;
    }

    @Override
    public OptionalInt n() {
        return OptionalInt.of(gains.size());
    }

    @Override
    public String method() {
        return "paired, t";
    }

    @Override
    public double ofAtMost(double value) {
        return beyond(gain() - value);
    }

    @Override
    public double ofAtLeast(double value) {
        return beyond(value - gain());
    }

    /** The p-value of a true mean that lies this far, or further, from the one seen; the same on both sides. */
    private double beyond(double distance) {
        double error = error();
        if (error > 0) {
            return TDistribution.of(gains.size() - 1.0).survivalProbability(distance / error);
        }
        return distance <= 0 ? 1 : Math.pow(1 - Math.min(1, distance / range), gains.size());
    }

    @Override
    public Interval bounds(double tail) {
        double error = error();
        if (error > 0) {
            return Means.interval(gain(), error, gains.size(), 1 - 2 * tail);
        }
        double unseen = range * (1 - Math.pow(tail, 1.0 / gains.size()));
        return new Interval(gain() - unseen, gain() + unseen);
    }
}
