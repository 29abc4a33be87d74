package io.stoa.benchmark.stats;

import io.stoa.model.Interval;
import java.util.SortedMap;
import java.util.TreeMap;

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
    public SequentialProportion {
        if (n < 0 || right < 0 || right > n) {
            throw new IllegalArgumentException("not a share: " + right + " of " + n);
        }
    }

    /** ln of the fortune made by betting that the share is above {@code share}, in (0, 1): evidence that it is. */
    public double logEvidenceAbove(double share) {
        return mean().logEvidenceAbove(share);
    }

    /** ln of the fortune made by betting that the share is below {@code share}, in (0, 1). */
    public double logEvidenceBelow(double share) {
        return mean().logEvidenceBelow(share);
    }

    /**
     * The shares that are still possible, at all looks together with probability {@code confidence}.
     *
     * @param confidence the level in (0, 1), such as 0.95; the error is shared by both sides
     */
    public Interval interval(double confidence) {
        return mean().interval(confidence);
    }

    private SequentialMean mean() {
        SortedMap<Double, Integer> counts = new TreeMap<>();
        counts.put(0.0, n - right);
        counts.put(1.0, right);
        return new SequentialMean(counts);
    }
}
