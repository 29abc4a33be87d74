package io.stoa.benchmark.stats;

import io.stoa.model.Interval;
import java.util.List;

/**
 * What {@code right} of {@code n} items say about the true share of right ones. It may be looked at after every item, and
 * asking stopped on what is seen: the guarantees hold at all looks together.
 *
 * <p>A gambler bets, before each item, a share of a fortune on it being right, at the odds of a true share m. Where the
 * true share is m or below, the fortune, a product of 1 + λ (x − m) with a fixed λ in [0, 1/m), is a non-negative
 * supermartingale that starts at 1, and so exceeds 1/α at any time with a probability of at most α (Ville's inequality).
 * Fortunes with several λ are averaged, so that the distance from m need not be known. Another gambler bets on wrong ones
 * in the same way. The shares at which neither got rich are a confidence sequence; both fortunes are monotone in m, so
 * it is an interval.
 *
 * <p>Source: I. Waudby-Smith and A. Ramdas, Estimating means of bounded random variables by betting, J. R. Stat. Soc. B 86
 * (2024) 1–27, sections 4.1 and 4.4. Nothing is asymptotic. The claim is about items like these: the order must not depend
 * on the answers, so it is drawn from a seed. The bets are fixed, so only the counts matter, not the way to them.
 *
 * @param right how many items were right, from 0 to n
 * @param n how many items were asked, 0 or more
 */
public record SequentialProportion(int right, int n) {
    private record Bet(double share, double logWeight, double logMiss) {
        static Bet of(double share, double weight) {
            return new Bet(share, Math.log(weight), Math.log1p(-share));
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

    public SequentialProportion {
        if (n < 0 || right < 0 || right > n) {
            throw new IllegalArgumentException("not a share: " + right + " of " + n);
        }
    }

    /** ln of the fortune made by betting that the share is above {@code share}, in (0, 1): evidence that it is. */
    public double logEvidenceAbove(double share) {
        return logEvidence(right, n - right, Proportions.requireShare(share));
    }

    /** ln of the fortune made by betting that the share is below {@code share}, in (0, 1). */
    public double logEvidenceBelow(double share) {
        return logEvidence(n - right, right, 1 - Proportions.requireShare(share));
    }

    /**
     * The shares that are still possible, at all looks together with probability {@code confidence}.
     *
     * @param confidence the level in (0, 1), such as 0.95; the error is shared by both sides
     */
    public Interval interval(double confidence) {
        double tail = (1 - Proportions.requireShare(confidence)) / 2;
        return new Interval(bound(right, n - right, tail), 1 - bound(n - right, right, tail));
    }

    /** The largest share of hits that the bets on more have ruled out. The evidence falls as the share rises. */
    private static double bound(int hits, int misses, double tail) {
        double ruledOut = 0;
        double possible = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (ruledOut + possible) / 2;
            if (logEvidence(hits, misses, middle) >= -Math.log(tail)) {
                ruledOut = middle;
            } else {
                possible = middle;
            }
        }
        return ruledOut;
    }

    /** With λ = c/m a hit multiplies a fortune by 1 + c (1 − m)/m, and a miss by 1 − c. */
    private static double logEvidence(int hits, int misses, double share) {
        double[] logs = new double[BETS.size()];
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logs.length; i++) {
            Bet bet = BETS.get(i);
            logs[i] = bet.logWeight + hits * Math.log1p(bet.share * (1 - share) / share) + misses * bet.logMiss;
            most = Math.max(most, logs[i]);
        }
        double total = 0;
        for (double log : logs) {
            total += Math.exp(log - most);
        }
        return most + Math.log(total);
    }
}
