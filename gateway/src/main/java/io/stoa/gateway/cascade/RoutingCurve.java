package io.stoa.gateway.cascade;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Quality over the share of prompts that go to the large model, when those with the lowest scores go first: the measures
 * of RouteLLM (arXiv 2406.18665).
 *
 * <p>Prompts of equal score share what is sent evenly, so that a score without information gives exactly the line from
 * small to large, whatever the order of the prompts.
 */
public final class RoutingCurve {
    private final double[] gains;
    private final double small;
    private final double large;

    RoutingCurve(double[] gains, double small, double large) {
        this.gains = gains;
        this.small = small;
        this.large = large;
    }

    /** A grid so fine that a finer one changes the third digit at most. */
    public static final int FINE = 100;

    /** RouteLLM's published tables use deciles. */
    public static final int DECILES = 10;

    /**
     * The curve of a router.
     *
     * @param scores the higher, the sooner a prompt stays with the small model
     */
    public static RoutingCurve of(List<Labelled> examples, double[] scores) {
        return of(
                examples.stream().mapToDouble(Labelled::small).toArray(),
                examples.stream().mapToDouble(Labelled::large).toArray(),
                scores);
    }

    private static RoutingCurve of(double[] small, double[] large, double[] scores) {
        int n = scores.length;
        if (n == 0 || small.length != n) {
            throw new IllegalArgumentException("a curve needs one score for each example: " + n);
        }
        Integer[] order = IntStream.range(0, n).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> scores[i]));
        double[] gains = new double[n];
        for (int from = 0; from < n; ) {
            int to = from;
            double sum = 0;
            while (to < n && scores[order[to]] == scores[order[from]]) {
                sum += large[order[to]] - small[order[to]];
                to++;
            }
            Arrays.fill(gains, from, to, sum / (to - from));
            from = to;
        }
        return new RoutingCurve(
                gains,
                Arrays.stream(small).average().orElseThrow(),
                Arrays.stream(large).average().orElseThrow());
    }

    /** Mean score when this share goes to the large model. */
    public double quality(double share) {
        double many = share * gains.length;
        int whole = (int) Math.min(gains.length, Math.floor(many));
        double sum = 0;
        for (int i = 0; i < whole; i++) {
            sum += gains[i];
        }
        if (whole < gains.length) {
            sum += (many - whole) * gains[whole];
        }
        return small + sum / gains.length;
    }

    /** (quality − small) / (large − small): 0 is the small model, 1 the large one; more is possible. */
    public double recovered(double share) {
        return (quality(share) - small) / (large - small);
    }

    /**
     * APGR: the mean of {@link #recovered} over all shares, by linear pieces between the points of a grid. A random router
     * has ½.
     *
     * @param pieces {@link #DECILES} or {@link #FINE}
     */
    public double averageRecovered(int pieces) {
        double sum = 0;
        double[] at = grid(pieces);
        for (int i = 0; i < pieces; i++) {
            sum += (at[i] + at[i + 1]) / 2;
        }
        return sum / pieces;
    }

    private double[] grid(int pieces) {
        double[] at = new double[pieces + 1];
        double sum = 0;
        int done = 0;
        for (int i = 0; i <= pieces; i++) {
            double many = (double) i * gains.length / pieces;
            for (; done < Math.min(gains.length, (int) Math.floor(many)); done++) {
                sum += gains[done];
            }
            double part = done < gains.length ? (many - done) * gains[done] : 0;
            at[i] = (sum + part) / gains.length / (large - small);
        }
        return at;
    }

    /**
     * CPT: the smallest share of large calls that recovers this much of the gap, by linear pieces of a fine grid, from
     * the left: it means something on curves that fall too.
     */
    public OptionalDouble shareFor(double recovered) {
        double[] at = grid(10 * FINE);
        for (int i = 1; i < at.length; i++) {
            if (at[i] >= recovered) {
                double rise = at[i] - at[i - 1];
                double part = rise > 0 ? (recovered - at[i - 1]) / rise : 1;
                return OptionalDouble.of((i - 1 + Math.clamp(part, 0, 1)) / (10 * FINE));
            }
        }
        return OptionalDouble.empty();
    }

    /** Whether there is a gap to recover at all; without one the measures mean nothing. */
    public boolean hasGap() {
        return large > small;
    }

    /**
     * How much better one score routes than another on the same prompts, by the paired bootstrap: prompts are drawn with
     * their scores by both.
     *
     * @param draws how many resamples
     * @param level such as 0.95: the interval is two-sided
     */
    public static Difference compare(
            List<Labelled> examples, double[] scores, double[] baseline, int draws, double level, long seed) {
        double difference = of(examples, scores).averageRecovered(FINE)
                - of(examples, baseline).averageRecovered(FINE);
        SplittableRandom random = new SplittableRandom(seed);
        List<Double> drawn = new ArrayList<>();
        for (int d = 0; d < draws; d++) {
            int[] rows = random.ints(examples.size(), 0, examples.size()).toArray();
            RoutingCurve one = drawn(examples, scores, rows);
            if (one.hasGap()) {
                drawn.add(one.averageRecovered(FINE)
                        - drawn(examples, baseline, rows).averageRecovered(FINE));
            }
        }
        drawn.sort(Comparator.naturalOrder());
        double tail = (1 - level) / 2;
        // Where the gap vanishes in too many draws, APGR is not a number that can be compared.
        return drawn.size() < draws * 0.95
                ? new Difference(difference, -1, 1)
                : new Difference(difference, drawn.get((int) Math.floor(tail * (drawn.size() - 1))), drawn.get((int)
                        Math.ceil((1 - tail) * (drawn.size() - 1))));
    }

    private static RoutingCurve drawn(List<Labelled> examples, double[] scores, int[] rows) {
        return of(
                Arrays.stream(rows).mapToDouble(i -> examples.get(i).small()).toArray(),
                Arrays.stream(rows).mapToDouble(i -> examples.get(i).large()).toArray(),
                Arrays.stream(rows).mapToDouble(i -> scores[i]).toArray());
    }

    /** A difference of APGR with its interval. */
    public record Difference(double value, double low, double high) {
        /** Whether the first is better beyond chance. */
        public boolean better() {
            return low > 0;
        }
    }
}
