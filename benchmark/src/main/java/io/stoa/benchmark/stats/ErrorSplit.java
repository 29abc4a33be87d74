package io.stoa.benchmark.stats;

/**
 * How the error of a verdict that may be reached early is shared out: a fifth for all looks before the last item
 * together, the rest for the last look, which judges the fixed sample. Together they are never more than the whole
 * (Boole's inequality), whichever of them decides.
 *
 * <p>Why a fifth: docs/adr/0008-statistics.md. The last look loses little power by it, and the early looks still come
 * early, because the evidence for a clear difference grows by a factor with each item.
 *
 * @param confidence the level of the whole, in (0, 1), such as 0.95
 */
public record ErrorSplit(double confidence) {
    private static final double LOOKS = 0.2;

    public ErrorSplit {
        Proportions.requireShare(confidence);
    }

    /** The level of the sequence that is looked at before the last item, such as 0.99. */
    public double looks() {
        return complement(LOOKS);
    }

    /** The level of the last look, such as 0.96. */
    public double last() {
        return complement(1 - LOOKS);
    }

    /** A p-value of the sequence, as one of the whole. */
    public double adjustedAtLook(double p) {
        return Math.min(1, p / LOOKS);
    }

    /** A p-value of the last look, as one of the whole. */
    public double adjustedAtLast(double p) {
        return Math.min(1, p / (1 - LOOKS));
    }

    /** Rounded, so that a level of 0.95 gives 0.99 and is shown so. */
    private double complement(double part) {
        return 1 - Math.round(1e12 * (1 - confidence) * part) / 1e12;
    }
}
