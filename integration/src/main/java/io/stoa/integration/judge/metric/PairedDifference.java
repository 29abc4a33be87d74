package io.stoa.integration.judge.metric;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import io.stoa.model.measure.PairedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * How much better the second of two runs did on the very same items.
 *
 * @param n items
 * @param first the mean of the first run
 * @param second the mean of the second
 * @param estimate the second less the first, in [-1, 1]
 * @param interval of the estimate
 * @param confidence the interval's level
 * @param p two-sided, of there being no difference
 * @param better items that the second did better
 * @param worse items that the second did worse
 * @param method how interval and p were computed
 */
public record PairedDifference(
        int n,
        double first,
        double second,
        double estimate,
        Interval interval,
        double confidence,
        double p,
        int better,
        int worse,
        String method) {
    /** Signs are all tried up to so many items that differ, and drawn beyond. */
    private static final int MOST_EXACT = 16;

    private static final int DRAWS = 9_999;
    private static final long SEED = 20_261_127;

    public PairedDifference {
        requireNonNull(interval, "interval");
        requireNonNull(method, "method");
        if (n < 1) {
            throw new IllegalArgumentException("a difference needs at least one item");
        }
    }

    /**
     * Compares item by item. Where all scores are 0 or 1: Newcombe's interval and McNemar's exact test ({@link
     * PairedTable}). Otherwise Student's interval of the mean difference after half an item of each of the four pairs of 0 and 1
     * is added (A. Agresti and Y. Min, Statistics in Medicine 24 (2005) 729–740), and a permutation test over signs (B.
     * Phipson and G. K. Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39).
     *
     * @param first scores in [0, 1]
     * @param second of the same items in the same order
     * @param confidence of the two-sided interval
     */
    public static PairedDifference of(List<Double> first, List<Double> second, double confidence) {
        if (first.size() != second.size() || first.isEmpty()) {
            throw new IllegalArgumentException(
                    "paired scores are equally many and at least one: " + first.size() + " and " + second.size());
        }
        List<Double> differences = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            differences.add(second.get(i) - first.get(i));
        }
        int better = (int) differences.stream().filter(d -> d > 0).count();
        int worse = (int) differences.stream().filter(d -> d < 0).count();
        double mean = mean(differences);
        if (Scores.allOrNothing(first) && Scores.allOrNothing(second)) {
            PairedTable table = PairedTable.of(/* first= */ second, /* second= */ first);
            return new PairedDifference(
                    first.size(),
                    mean(first),
                    mean(second),
                    mean,
                    table.newcombe(confidence),
                    confidence,
                    table.exactMcNemar(),
                    better,
                    worse,
                    "Newcombe's interval, exact McNemar test");
        }
        return new PairedDifference(
                first.size(),
                mean(first),
                mean(second),
                mean,
                smoothed(differences, confidence),
                confidence,
                permutation(differences),
                better,
                worse,
                "Student's t with half an item of each pair added, permutation test");
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private static Interval smoothed(List<Double> differences, double confidence) {
        double n = differences.size() + 2.0;
        double centre = differences.stream().mapToDouble(Double::doubleValue).sum() / n;
        double squares = differences.stream().mapToDouble(d -> d * d).sum() + 1;
        double deviation = Math.sqrt(Math.max(0, (squares - n * centre * centre) / (n - 1) / n));
        double half = TDistribution.of(n - 1).inverseSurvivalProbability((1 - confidence) / 2) * deviation;
        return new Interval(Math.max(-1, centre - half), Math.min(1, centre + half));
    }

    private static double permutation(List<Double> differences) {
        List<Double> moving = differences.stream().filter(d -> d != 0).toList();
        double seen = Math.abs(moving.stream().mapToDouble(Double::doubleValue).sum());
        double least = seen - 1e-12 * Math.max(1, seen);
        if (moving.size() <= MOST_EXACT) {
            int all = 1 << moving.size();
            int atLeast = 0;
            for (int signs = 0; signs < all; signs++) {
                atLeast += Math.abs(signed(moving, signs)) >= least ? 1 : 0;
            }
            return (double) atLeast / all;
        }
        Random random = new Random(SEED);
        int atLeast = 1;
        for (int draw = 0; draw < DRAWS; draw++) {
            double sum = 0;
            for (double difference : moving) {
                sum += random.nextBoolean() ? difference : -difference;
            }
            atLeast += Math.abs(sum) >= least ? 1 : 0;
        }
        return atLeast / (DRAWS + 1.0);
    }

    private static double signed(List<Double> moving, int signs) {
        double sum = 0;
        for (int i = 0; i < moving.size(); i++) {
            sum += (signs >> i & 1) == 0 ? moving.get(i) : -moving.get(i);
        }
        return sum;
    }
}
