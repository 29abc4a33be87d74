package io.stoa.benchmark.metric;

/**
 * Measures of a text's log-likelihood, as lm-evaluation-harness defines them: per word, per byte or per item, over all
 * items together, not as a mean of each item's own.
 */
public final class Perplexities {
    private Perplexities() {}

    /**
     * exp(−Σ ln p / units).
     *
     * @param logLikelihood Σ ln p over all items, in nats
     * @param units words, bytes or items, over which it is spread
     */
    public static double perplexity(double logLikelihood, long units) {
        return Math.exp(-logLikelihood / positive(units));
    }

    /**
     * −Σ ln p / (bytes · ln 2).
     *
     * @param logLikelihood Σ ln p over all items, in nats
     * @param bytes of the original texts in UTF-8
     */
    public static double bitsPerByte(double logLikelihood, long bytes) {
        return -logLikelihood / positive(bytes) / Math.log(2);
    }

    private static double positive(long units) {
        if (units < 1) {
            throw new IllegalArgumentException("a perplexity needs at least one word, byte or item: " + units);
        }
        return units;
    }
}
