package io.stoa.benchmark.stats;

/**
 * The noise in a model's score on one item, from sampled answers.
 *
 * @param variance σ² of one answer's score, averaged over the items; 0 where answers are greedy
 * @param repeats K, how many answers are averaged, at least 1
 */
public record SamplingNoise(double variance, int repeats) {
    /** Of answers that are the same each time. */
    public static final SamplingNoise NONE = new SamplingNoise(0, 1);

    public SamplingNoise {
        if (!(variance >= 0) || repeats < 1) {
            throw new IllegalArgumentException("not a variance and a number of answers: " + variance + ", " + repeats);
        }
    }

    /** σ² / K. */
    public double ofMean() {
        return variance / repeats;
    }
}
