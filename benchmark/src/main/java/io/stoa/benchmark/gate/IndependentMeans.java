package io.stoa.benchmark.gate;

import io.stoa.benchmark.stats.Proportions;
import io.stoa.model.Interval;
import java.util.OptionalInt;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Two scores of which only value and standard error are known: the limits of each, squared and added. That is Newcombe's
 * method 10 for two independent shares (R. G. Newcombe, Stat. Med. 17 (1998) 873–890), and the usual normal interval for
 * other scores. Where the same documents were asked it is wider than it need be.
 *
 * @param higherIsBetter whether a gain is a rise
 */
record IndependentMeans(Side baseline, Side current, boolean higherIsBetter) implements Difference {
    /**
     * One score.
     *
     * @param n how many documents, when known
     */
    record Side(double value, double standardError, OptionalInt n) {
        /** How many documents were right, when the score is a share of them. */
        private OptionalInt right() {
            if (n.isEmpty() || value < 0 || value > 1) {
                return OptionalInt.empty();
            }
            int documents = n.getAsInt();
            double right = value * documents;
            double error = Math.sqrt(value * (1 - value) / Math.max(1, documents - 1.0));
            boolean share = Math.abs(right - Math.rint(right)) < 1e-6
                    && Math.abs(error - standardError) <= 0.01 * Math.max(error, standardError);
            return share ? OptionalInt.of((int) Math.rint(right)) : OptionalInt.empty();
        }

        /** The two-sided interval whose tails are {@code tail} each. */
        Interval interval(double tail) {
            OptionalInt right = right();
            if (right.isPresent()) {
                return Proportions.wilson(right.getAsInt(), n.orElseThrow(), 1 - 2 * tail);
            }
            double z = NormalDistribution.of(0, 1).inverseSurvivalProbability(tail);
            return new Interval(value - z * standardError, value + z * standardError);
        }

        /** Whether there is nothing to tell how sure it is. */
        boolean isExact() {
            return standardError == 0 && right().isEmpty();
        }
    }

    @Override
    public double gain() {
        double rise = current.value() - baseline.value();
        return higherIsBetter ? rise : -rise;
    }

    @Override
    public OptionalInt n() {
        return current.n();
    }

    @Override
    public String method() {
        return "unpaired, from standard errors";
    }

    @Override
    public Interval bounds(double tail) {
        Interval before = baseline.interval(tail);
        Interval after = current.interval(tail);
        double fall = Math.hypot(current.value() - after.low(), before.high() - baseline.value());
        double rise = Math.hypot(after.high() - current.value(), baseline.value() - before.low());
        return higherIsBetter ? new Interval(gain() - fall, gain() + rise) : new Interval(gain() - rise, gain() + fall);
    }

    @Override
    public double ofAtMost(double value) {
        return value < gain() ? tail(value, tail -> bounds(tail).low()) : 1 - ofAtLeastBelow(value);
    }

    @Override
    public double ofAtLeast(double value) {
        return value > gain()
                ? ofAtLeastBelow(value)
                : 1 - tail(value, tail -> bounds(tail).low());
    }

    private double ofAtLeastBelow(double value) {
        return tail(-value, tail -> -bounds(tail).high());
    }

    /** The tail at which a bound, which rises with the tail, reaches a value; at most ½. */
    private static double tail(double value, DoubleUnaryOperator bound) {
        return Math.exp(Difference.crossing(
                Math.log(LEAST),
                Math.log(0.5),
                value,
                logTail -> bound.applyAsDouble(Math.min(Math.exp(logTail), 0.499999999))));
    }
}
