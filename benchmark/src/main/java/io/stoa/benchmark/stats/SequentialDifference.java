package io.stoa.benchmark.stats;

import io.stoa.model.Interval;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What two candidates' scores on the same items say about their mean difference, item by item. It may be looked at after
 * every item, and the run stopped on what is seen: the guarantees hold at all looks together.
 *
 * <p>A gambler bets, before each item, a share of a fortune on the difference being above a mean m. Where the true mean is
 * m or below, the fortune, a product of 1 + λ (d − m) with a fixed λ in [0, 1 / (1 + m)), is a non-negative
 * supermartingale that starts at 1, and so exceeds 1/α at any time with a probability of at most α (Ville's inequality).
 * Fortunes with several λ are averaged, so that the size of the difference need not be known. The means that have not
 * made anybody rich are a confidence sequence.
 *
 * <p>Source: I. Waudby-Smith and A. Ramdas, Estimating means of bounded random variables by betting, J. R. Stat. Soc. B 86
 * (2024) 1–27, sections 4.1 and 4.4. Nothing is asymptotic. The claim is about items like these: the order must not depend
 * on the answers, so it is drawn from a seed.
 *
 * <p>Not for several threads.
 */
public final class SequentialDifference {
    private record Bet(double share, double weight) {}

    /**
     * Shares of the largest λ that cannot go bankrupt, and of the fortune at the start. The best λ against a mean of 0 is
     * the difference over the share of items that disagree (J. L. Kelly, 1956): most is set on 0.23 and 0.36, where ten
     * points at 28 to 43 % disagreement lie, something on smaller ones, which take thousands of items anyway.
     */
    private static final List<Bet> BETS = List.of(
            new Bet(0.02, 0.05), new Bet(0.08, 0.10), new Bet(0.23, 0.45), new Bet(0.36, 0.25), new Bet(0.70, 0.15));

    /** Far below what an interval is read at. */
    private static final double PRECISION = 1e-7;

    private final Map<Double, Long> counts = new TreeMap<>();
    private long n;
    private double sum;

    /**
     * Adds an item.
     *
     * @param difference the first's score less the second's, in [−1, 1]
     */
    public void add(double difference) {
        if (!(difference >= -1 && difference <= 1)) {
            throw new IllegalArgumentException("scores lie in [0, 1], so a difference in [-1, 1]: " + difference);
        }
        counts.merge(difference, 1L, Long::sum);
        n++;
        sum += difference;
    }

    /** Adds several items with the same difference. Only how many there are of each matters, not their order. */
    public void add(double difference, int times) {
        for (int i = 0; i < times; i++) {
            add(difference);
        }
    }

    /** How many items were added. */
    public long n() {
        return n;
    }

    /**
     * The mean difference so far. When the run stopped because of it, it is biased towards the decision: show the {@link
     * #interval} with it.
     */
    public double mean() {
        return n == 0 ? 0 : sum / n;
    }

    /** ln of the fortune made by betting that the mean is above {@code mean}, in (−1, 1): evidence that it is. */
    public double logEvidenceAbove(double mean) {
        return logEvidence(mean, 1);
    }

    /** ln of the fortune made by betting that the mean is below {@code mean}, in (−1, 1). */
    public double logEvidenceBelow(double mean) {
        return logEvidence(-mean, -1);
    }

    /**
     * The means that are still possible, at all looks together with probability {@code confidence}.
     *
     * @param confidence the level in (0, 1), such as 0.95; the error is shared by both sides
     */
    public Interval interval(double confidence) {
        double tail = (1 - Proportions.requireShare(confidence)) / 2;
        return new Interval(bound(tail, 1), -bound(tail, -1));
    }

    /** The largest mean that the bets on a larger one have ruled out. The evidence falls as the mean rises. */
    private double bound(double tail, int sign) {
        double ruledOut = -1;
        double possible = 1;
        while (possible - ruledOut > PRECISION) {
            double middle = (ruledOut + possible) / 2;
            if (logEvidence(middle, sign) >= -Math.log(tail)) {
                ruledOut = middle;
            } else {
                possible = middle;
            }
        }
        return ruledOut;
    }

    private double logEvidence(double mean, int sign) {
        if (!(mean > -1 && mean < 1)) {
            throw new IllegalArgumentException("a mean difference lies in (-1, 1): " + mean);
        }
        double[] logs = new double[BETS.size()];
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logs.length; i++) {
            double lambda = BETS.get(i).share / (1 + mean);
            double log = Math.log(BETS.get(i).weight);
            for (Map.Entry<Double, Long> entry : counts.entrySet()) {
                log += entry.getValue() * Math.log1p(lambda * (sign * entry.getKey() - mean));
            }
            logs[i] = log;
            most = Math.max(most, log);
        }
        double total = 0;
        for (double log : logs) {
            total += Math.exp(log - most);
        }
        return most + Math.log(total);
    }
}
