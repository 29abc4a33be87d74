package io.stoa.benchmark.gate;

import io.stoa.benchmark.stats.Means;
import io.stoa.benchmark.stats.SequentialDifference;
import io.stoa.model.Interval;
import java.util.List;
import java.util.OptionalInt;

/**
 * Graded scores of the same documents, by betting on their differences ({@link SequentialDifference}). A t test would be
 * narrower, but it believes the deviation that it sees: where one document in fifty loses everything, most runs of twenty
 * show no such document, and a t test calls two points lost no loss in two thirds of them.
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

    @Override
    public OptionalInt n() {
        return OptionalInt.of(gains.size());
    }

    @Override
    public String method() {
        return "paired, betting";
    }

    @Override
    public double ofAtMost(double value) {
        double mean = value / range;
        if (mean <= -1) {
            return 0;
        }
        return mean >= 1 ? 1 : Math.min(1, Math.exp(-bets().logEvidenceAbove(mean)));
    }

    @Override
    public double ofAtLeast(double value) {
        double mean = value / range;
        if (mean >= 1) {
            return 0;
        }
        return mean <= -1 ? 1 : Math.min(1, Math.exp(-bets().logEvidenceBelow(mean)));
    }

    @Override
    public Interval bounds(double tail) {
        Interval scaled = bets().interval(1 - 2 * tail);
        return new Interval(range * scaled.low(), range * scaled.high());
    }

    /** Rounding may put a share of the range a hair beyond it. */
    private SequentialDifference bets() {
        SequentialDifference bets = new SequentialDifference();
        gains.forEach(gain -> bets.add(Math.clamp(gain / range, -1, 1)));
        return bets;
    }
}
