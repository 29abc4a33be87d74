package io.stoa.benchmark.stats;

import io.stoa.model.Interval;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The mean of scores in [0, 1] as {@link SequentialProportion} knows a share, and by the same bets: it may be looked at
 * after every item. A fortune that bets on more than m is multiplied by 1 + λ (score − m) with λ = c/m, which no score in
 * [0, 1] can make negative.
 *
 * @param counts how often each score was seen
 */
public record SequentialMean(SortedMap<Double, Integer> counts) {
    private record Bet(double share, double logWeight) {
        static Bet of(double share, double weight) {
            return new Bet(share, Math.log(weight));
        }
    }

    /**
     * Shares of the largest λ that cannot go bankrupt, and of the fortune at the start: those that decided soonest, on
     * average over gates of 0.5 to 0.9, distances of 5 to 30 points and 100 to 5,000 items, among a handful that were
     * tried.
     */
    private static final List<Bet> BETS =
            List.of(Bet.of(0.05, 0.15), Bet.of(0.12, 0.25), Bet.of(0.25, 0.30), Bet.of(0.45, 0.20), Bet.of(0.75, 0.10));

    /** A bound is known to 2⁻⁴⁰, far below what an interval is read at. */
    private static final int HALVINGS = 40;

    public SequentialMean {
        counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
        counts.forEach((score, count) -> {
            if (!(score >= 0 && score <= 1) || count < 0) {
                throw new IllegalArgumentException("not a score in [0, 1] and a count: " + score + ", " + count);
            }
        });
    }

    /** ln of the fortune made by betting that the mean is above {@code mean}, in (0, 1): evidence that it is. */
    public double logEvidenceAbove(double mean) {
        return logEvidence(counts, Proportions.requireShare(mean));
    }

    /** ln of the fortune made by betting that the mean is below {@code mean}, in (0, 1). */
    public double logEvidenceBelow(double mean) {
        return logEvidence(mirrored(), 1 - Proportions.requireShare(mean));
    }

    /**
     * The means that are still possible, at all looks together with probability {@code confidence}.
     *
     * @param confidence the level in (0, 1), such as 0.95; the error is shared by both sides
     */
    public Interval interval(double confidence) {
        double tail = (1 - Proportions.requireShare(confidence)) / 2;
        return new Interval(bound(counts, tail), 1 - bound(mirrored(), tail));
    }

    private SortedMap<Double, Integer> mirrored() {
        SortedMap<Double, Integer> mirrored = new TreeMap<>();
        counts.forEach((score, count) -> mirrored.merge(1 - score, count, Integer::sum));
        return mirrored;
    }

    /** The largest mean that the bets on a larger one have ruled out. The evidence falls as the mean rises. */
    private static double bound(SortedMap<Double, Integer> counts, double tail) {
        double ruledOut = 0;
        double possible = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (ruledOut + possible) / 2;
            if (logEvidence(counts, middle) >= -Math.log(tail)) {
                ruledOut = middle;
            } else {
                possible = middle;
            }
        }
        return ruledOut;
    }

    private static double logEvidence(SortedMap<Double, Integer> counts, double mean) {
        double[] logs = new double[BETS.size()];
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logs.length; i++) {
            double share = BETS.get(i).share;
            logs[i] = BETS.get(i).logWeight;
            for (Map.Entry<Double, Integer> entry : counts.entrySet()) {
                logs[i] += entry.getValue() * Math.log1p(share * (entry.getKey() - mean) / mean);
            }
            most = Math.max(most, logs[i]);
        }
        double total = 0;
        for (double log : logs) {
            total += Math.exp(log - most);
        }
        return most + Math.log(total);
    }
}
