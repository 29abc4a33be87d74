package io.stoa.benchmark.stats;

import io.stoa.model.Interval;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Standard errors of mean scores, and of mean differences of paired scores, which are means as well. Scores are in the
 * order of the items.
 *
 * <p>Without clusters the claim is about more items of the same kinds; with clusters it is about new clusters, such as
 * subjects or documents, and the error is often several times as large.
 */
public final class Means {
    private Means() {}

    public static double mean(List<Double> scores) {
        return scores.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /**
     * The standard error of the mean: the sample standard deviation over √n, as lm-evaluation-harness reports it.
     *
     * @throws IllegalArgumentException with fewer than two scores, which have no deviation
     */
    public static double standardError(List<Double> scores) {
        int n = requireTwo(scores.size(), "scores");
        double mean = mean(scores);
        double squares = scores.stream()
                .mapToDouble(score -> (score - mean) * (score - mean))
                .sum();
        return Math.sqrt(squares / (n - 1) / n);
    }

    /**
     * The standard error when items of one cluster resemble each other: √(Σ_c (Σ_{i∈c} (s_i − s̄))² · C / (C − 1)) / n.
     *
     * <p>Source: E. Miller, arXiv 2411.00640, section 2.2, with the small-sample factor that Inspect uses.
     *
     * @param clusters the cluster of each item
     */
    public static double clusteredStandardError(List<Double> scores, List<String> clusters) {
        double mean = mean(scores);
        Map<String, Double> sums = new LinkedHashMap<>();
        requireSame(scores, clusters);
        for (int i = 0; i < scores.size(); i++) {
            sums.merge(clusters.get(i), scores.get(i) - mean, Double::sum);
        }
        int count = requireTwo(sums.size(), "clusters");
        double squares = sums.values().stream().mapToDouble(sum -> sum * sum).sum();
        return Math.sqrt(squares * count / (count - 1)) / scores.size();
    }

    /**
     * The standard error when items of one cluster resemble each other, by leaving out each cluster in turn: √((C − 1) / C
     * · Σ_c (s̄₋c − s̄)²). A little larger than {@link #clusteredStandardError} where clusters are few or of unequal
     * size, and there the one whose interval covers what it says (docs/statistics.md); the same where all are equal.
     *
     * <p>Source: B. Efron and C. Stein, Ann. Stat. 9 (1981) 586–596; as CR3 in A. C. Cameron and D. L. Miller, J. Human
     * Resources 50 (2015) 317–372, section VI.
     *
     * @param clusters the cluster of each item
     */
    public static double jackknifeStandardError(List<Double> scores, List<String> clusters) {
        Map<String, DoubleSummaryStatistics> sums = new LinkedHashMap<>();
        requireSame(scores, clusters);
        double total = 0;
        for (int i = 0; i < scores.size(); i++) {
            sums.computeIfAbsent(clusters.get(i), _ -> new DoubleSummaryStatistics())
                    .accept(scores.get(i));
            total += scores.get(i);
        }
        int count = requireTwo(sums.size(), "clusters");
        double mean = total / scores.size();
        double squares = 0;
        for (DoubleSummaryStatistics cluster : sums.values()) {
            double without = (total - cluster.getSum()) / (scores.size() - cluster.getCount());
            squares += (without - mean) * (without - mean);
        }
        return Math.sqrt(squares * (count - 1) / count);
    }

    private static void requireSame(List<Double> scores, List<String> clusters) {
        if (scores.size() != clusters.size()) {
            throw new IllegalArgumentException(
                    "each score has a cluster: " + scores.size() + " and " + clusters.size());
        }
    }

    /**
     * Mean ± t · standard error.
     *
     * @param units what varies independently: items, or clusters
     */
    public static Interval interval(double mean, double standardError, int units, double confidence) {
        double tail = (1 - Proportions.requireShare(confidence)) / 2;
        double t = TDistribution.of(requireTwo(units, "units") - 1.0).inverseSurvivalProbability(tail);
        return new Interval(mean - t * standardError, mean + t * standardError);
    }

    /**
     * The standard error that lm-evaluation-harness gives for a group of tasks: √(Σ nᵢ(nᵢ − 1) SEᵢ² / (Σ nᵢ − k) / Σ nᵢ).
     *
     * @param standardErrors of the tasks
     * @param sizes their numbers of items
     */
    public static double pooledStandardError(List<Double> standardErrors, List<Integer> sizes) {
        double squares = 0;
        long n = 0;
        for (int i = 0; i < sizes.size(); i++) {
            double size = sizes.get(i);
            squares += size * (size - 1) * standardErrors.get(i) * standardErrors.get(i);
            n += sizes.get(i);
        }
        return Math.sqrt(squares / (n - sizes.size()) / n);
    }

    /** The standard error of the plain mean of independent means: √(Σ SEᵢ²) / k. */
    public static double standardErrorOfMeans(List<Double> standardErrors) {
        return Math.sqrt(standardErrors.stream()
                        .mapToDouble(error -> error * error)
                        .sum())
                / standardErrors.size();
    }

    /**
     * The two-sided p-value of a paired permutation test: how often the mean difference is at least as large when the
     * sign of each difference is drawn anew. The drawing at hand counts as one, so that p is valid and never 0 (B. Phipson
     * and G. K. Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39).
     *
     * @param differences of paired scores
     * @param rounds how often signs are drawn
     */
    public static double permutationTest(List<Double> differences, int rounds, RandomGenerator random) {
        List<Double> moving =
                differences.stream().filter(difference -> difference != 0).toList();
        double seen = Math.abs(moving.stream().mapToDouble(Double::doubleValue).sum());
        // Rounding must not make equal sums differ.
        double least = seen - 1e-12 * Math.max(1, seen);
        int atLeast = 1;
        for (int round = 0; round < rounds; round++) {
            double sum = 0;
            for (double difference : moving) {
                sum += random.nextBoolean() ? difference : -difference;
            }
            atLeast += Math.abs(sum) >= least ? 1 : 0;
        }
        return atLeast / (rounds + 1.0);
    }

    /**
     * The bootstrap's standard error of any statistic of the items, for those without a closed form.
     *
     * @param statistic of chosen items' indices
     */
    public static double bootstrapStandardError(
            int items, int rounds, RandomGenerator random, ToDoubleFunction<int[]> statistic) {
        List<Double> values = new ArrayList<>();
        for (int round = 0; round < requireTwo(rounds, "rounds"); round++) {
            values.add(statistic.applyAsDouble(random.ints(items, 0, items).toArray()));
        }
        return standardError(values) * Math.sqrt(rounds);
    }

    private static int requireTwo(int count, String what) {
        if (count < 2) {
            throw new IllegalArgumentException("a standard error needs at least two " + what + ": " + count);
        }
        return count;
    }
}
