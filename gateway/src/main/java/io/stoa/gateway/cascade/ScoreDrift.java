package io.stoa.gateway.cascade;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Whether scores still come from where they came from, without labels: a conformal test of exchangeability (V. Vovk,
 * Stat. Sci. 36 (2021) 595–611) in the form of an e-detector. Each score's rank among all before it, with ties broken by
 * chance, is uniform and independent of the ranks before as long as nothing changes; bets are placed on low and on high
 * ranks. Scores are kept as counts in {@value #BINS} equal parts of [0, 1], so memory is bounded and ties are many, which
 * costs power but no validity.
 */
final class ScoreDrift {
    private static final int BINS = 200;

    /** Ranks mean little before there are some to compare with. */
    private static final int FIRST = 200;

    private static final double[] STAKES = {-0.8, -0.3, 0.3, 0.8};

    private final long[] counts;
    private final double[] fortunes;
    private final double limit;
    private final SplittableRandom ties = new SplittableRandom();
    private long count;

    ScoreDrift(double limit) {
        this(limit, new long[BINS], new double[STAKES.length]);
    }

    private ScoreDrift(double limit, long[] counts, double[] fortunes) {
        this.limit = limit;
        this.counts = counts;
        this.fortunes = fortunes;
        this.count = LongStream.of(counts).sum();
    }

    long count() {
        return count;
    }

    /** Takes a score in [0, 1] and says whether the evidence of a change has reached the limit. */
    boolean seen(double score) {
        int bin = Math.clamp((long) (score * BINS), 0, BINS - 1);
        long below = 0;
        for (int i = 0; i < bin; i++) {
            below += counts[i];
        }
        double rank = (below + ties.nextDouble() * (counts[bin] + 1)) / (count + 1);
        counts[bin]++;
        count++;
        double evidence = 0;
        if (count > FIRST) {
            for (int i = 0; i < fortunes.length; i++) {
                fortunes[i] = (1 + fortunes[i]) * (1 + 2 * STAKES[i] * (rank - 0.5));
                evidence += fortunes[i] / fortunes.length;
            }
        }
        return evidence >= limit;
    }

    State snapshot() {
        return new State(
                LongStream.of(counts).boxed().toList(),
                Arrays.stream(fortunes)
                        .map(fortune -> Math.min(fortune, 1e300))
                        .boxed()
                        .toList());
    }

    static ScoreDrift restore(State state, double limit) {
        if (state.counts().size() != BINS
                || state.fortunes().size() != STAKES.length
                || state.counts().stream().anyMatch(c -> c < 0)) {
            throw new IllegalArgumentException("not counts of scores");
        }
        return new ScoreDrift(
                limit,
                state.counts().stream().mapToLong(Long::longValue).toArray(),
                state.fortunes().stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** What must not be forgotten. */
    record State(List<Long> counts, List<Double> fortunes) {
        State {
            counts = List.copyOf(counts);
            fortunes = List.copyOf(fortunes);
        }
    }
}
