package io.stoa.benchmark.gate;

import io.stoa.model.Interval;
import io.stoa.model.measure.PairedTable;
import java.util.OptionalInt;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Right and wrong answers to the same documents: Tango's score test, whose inversion gives the bounds.
 *
 * <p>Where no document was gained, a loss is bounded by the share of lost documents alone, which is exact: the gain is
 * never less than minus that share. Score bounds are too narrow there, and such a table is what a small change leaves.
 * The same holds for gains where none was lost.
 *
 * @param table the current run first
 */
record PairedShares(PairedTable table) implements Difference {
    private static final NormalDistribution STANDARD = NormalDistribution.of(0, 1);

    @Override
    public double gain() {
        return table.difference();
    }

    @Override
    public OptionalInt n() {
        return OptionalInt.of(table.n());
    }

    @Override
    public String method() {
        return "paired, Tango's score bounds";
    }

    @Override
    public double ofAtMost(double value) {
        if (value >= 1 || value <= -1) {
            return value >= 1 ? 1 : 0;
        }
        if (table.onlyFirst() == 0) {
            return value >= 0 ? 1 : atMost(table.onlySecond(), -value);
        }
        return STANDARD.survivalProbability(table.score(value));
    }

    @Override
    public double ofAtLeast(double value) {
        if (value >= 1 || value <= -1) {
            return value <= -1 ? 1 : 0;
        }
        if (table.onlySecond() == 0) {
            return value <= 0 ? 1 : atMost(table.onlyFirst(), value);
        }
        return STANDARD.cumulativeProbability(table.score(value));
    }

    /** P(X ≤ seen) for X of n with a share. */
    private double atMost(int seen, double share) {
        return BinomialDistribution.of(table.n(), share).cumulativeProbability(seen);
    }

    @Override
    public Interval bounds(double tail) {
        double low = Difference.crossing(-1, gain(), tail, this::ofAtMost);
        double high = -Difference.crossing(-1, -gain(), tail, value -> ofAtLeast(-value));
        return new Interval(Math.min(low, gain()), Math.max(high, gain()));
    }
}
