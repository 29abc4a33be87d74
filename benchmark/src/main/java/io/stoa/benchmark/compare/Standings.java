package io.stoa.benchmark.compare;

import io.stoa.benchmark.stats.Means;
import io.stoa.benchmark.stats.Proportions;
import io.stoa.benchmark.stats.SampleSizes;
import io.stoa.model.Interval;
import io.stoa.model.StoaException;
import io.stoa.model.measure.MultipleTests;
import io.stoa.model.measure.PairedTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Models ranked by their scores on the same items. Two models are told apart only where the paired test of their
 * difference holds after Holm's correction over all pairs; otherwise they are tied, and a rank is a range.
 *
 * <p>Right or wrong answers: exact McNemar test and Newcombe's interval. Graded scores: permutation test and t interval.
 * With clusters, for the claim about new clusters: t test and interval over jackknifed clusters. An item without an
 * answer is worth 0.
 *
 * @param items how many items were compared
 * @param leftOut items that not all models have, and that were left out when asked for
 * @param clusters how many clusters the items lie in, 0 where none were declared
 * @param standings the models, the best score first
 * @param pairs every two of them, in that order
 * @param confidence of the intervals; 1 − confidence is the family-wise error of the ties
 */
public record Standings(
        int items, int leftOut, int clusters, List<Standing> standings, List<Pair> pairs, double confidence) {
    private static final double POWER = 0.8;
    /** So many permutations for each pair and for each part of the error: the smallest p must survive Holm's correction. */
    private static final int ROUNDS = 20;

    private static final int LEAST_ROUNDS = 20_000;
    private static final long SEED = 1;

    public Standings {
        standings = List.copyOf(standings);
        pairs = List.copyOf(pairs);
    }

    /**
     * One model.
     *
     * @param best the best rank that the items leave possible: 1 + the number of models that are better
     * @param worst the worst one
     */
    public record Standing(String model, double score, Interval interval, int unanswered, int best, int worst) {}

    /**
     * Two models, the higher score first.
     *
     * @param difference the first's mean score less the second's
     * @param p two-sided
     * @param adjusted after Holm's correction over all pairs
     * @param tied whether the items cannot tell them apart
     * @param visible the smallest difference that would be seen with a power of 80 % by a single test of right and wrong
     *     answers at their disagreement; absent with graded scores, clusters or no disagreement
     */
    public record Pair(
            String first,
            String second,
            double difference,
            Interval interval,
            double p,
            double adjusted,
            boolean tied,
            OptionalDouble visible) {}

    private record Tested(double difference, Interval interval, double p, OptionalDouble visible) {}

    /**
     * Ranks models.
     *
     * @param common whether items that not all have are left out; otherwise they are refused, because scores on different
     *     items say nothing about each other
     * @param confidence such as 0.95
     */
    public static Standings of(List<ScoredItems> models, boolean common, double confidence) {
        if (models.size() < 2) {
            throw StoaException.user("a comparison needs at least two models; there is " + models.size());
        }
        Set<String> names = new HashSet<>();
        for (ScoredItems model : models) {
            if (!names.add(model.model())) {
                throw StoaException.user("two models are called \"" + model.model() + "\"; give each its own name");
            }
        }
        Set<String> all = new LinkedHashSet<>();
        models.forEach(model -> all.addAll(model.scores().keySet()));
        List<String> ids = all.stream()
                .filter(id -> models.stream().allMatch(model -> model.scores().containsKey(id)))
                .toList();
        if (ids.size() < all.size() && !common) {
            String missing =
                    all.stream().filter(id -> !ids.contains(id)).findFirst().orElseThrow();
            String without = models.stream()
                    .filter(model -> !model.scores().containsKey(missing))
                    .map(ScoredItems::model)
                    .findFirst()
                    .orElseThrow();
            throw StoaException.user("the models were asked different items: " + (all.size() - ids.size()) + " of "
                    + all.size() + " are not common, such as \"" + missing + "\", which " + without
                    + " does not have; compare the common ones with --common");
        }
        if (ids.isEmpty()) {
            throw StoaException.user("the models have no item in common; are these answers to the same task?");
        }
        return new Ranking(models, ids, all.size() - ids.size(), confidence).rank();
    }

    /** The work in progress. */
    private static final class Ranking {
        private final List<ScoredItems> models;
        private final List<String> ids;
        private final int leftOut;
        private final double confidence;
        private final List<String> clusters;
        private final int clusterCount;
        /** Of each model, in the order of the ids. */
        private final List<List<Double>> scores;

        private final boolean binary;

        Ranking(List<ScoredItems> models, List<String> ids, int leftOut, double confidence) {
            this.ids = ids;
            this.leftOut = leftOut;
            this.confidence = confidence;
            this.models = models.stream()
                    .sorted(Comparator.<ScoredItems>comparingDouble(model -> Means.mean(model.of(ids)))
                            .reversed())
                    .toList();
            Map<String, String> declared = models.getFirst().clusters();
            for (ScoredItems model : models) {
                for (String id : ids) {
                    if (!declared.getOrDefault(id, "").equals(model.clusters().getOrDefault(id, ""))) {
                        throw StoaException.user("item \"" + id + "\" lies in different clusters for "
                                + models.getFirst().model() + " and " + model.model());
                    }
                }
            }
            this.clusters = declared.isEmpty()
                    ? List.of()
                    : ids.stream().map(id -> declared.getOrDefault(id, "")).toList();
            this.clusterCount = new HashSet<>(clusters).size();
            if (clusterCount == 1) {
                throw StoaException.user("all items lie in one cluster; name another column, or none");
            }
            this.scores = this.models.stream().map(model -> model.of(ids)).toList();
            this.binary = scores.stream().flatMap(List::stream).allMatch(score -> score == 0 || score == 1);
            if (!binary && ids.size() < 2) {
                throw StoaException.user(
                        "one item with a graded score says nothing about how scores vary; compare more");
            }
        }

        Standings rank() {
            List<int[]> indices = new ArrayList<>();
            List<Tested> tested = new ArrayList<>();
            for (int i = 0; i < models.size(); i++) {
                for (int j = i + 1; j < models.size(); j++) {
                    indices.add(new int[] {i, j});
                    tested.add(test(scores.get(i), scores.get(j)));
                }
            }
            List<Double> adjusted =
                    MultipleTests.holm(tested.stream().map(Tested::p).toList());
            int[] better = new int[models.size()];
            int[] worse = new int[models.size()];
            List<Pair> pairs = new ArrayList<>();
            for (int k = 0; k < tested.size(); k++) {
                int first = indices.get(k)[0];
                int second = indices.get(k)[1];
                boolean tied = adjusted.get(k) > 1 - confidence;
                better[second] += tied ? 0 : 1;
                worse[first] += tied ? 0 : 1;
                Tested test = tested.get(k);
                pairs.add(new Pair(
                        models.get(first).model(),
                        models.get(second).model(),
                        test.difference,
                        test.interval,
                        test.p,
                        adjusted.get(k),
                        tied,
                        test.visible));
            }
            List<Standing> standings = IntStream.range(0, models.size())
                    .mapToObj(i -> new Standing(
                            models.get(i).model(),
                            Means.mean(scores.get(i)),
                            interval(scores.get(i)),
                            (int) ids.stream()
                                    .filter(id -> models.get(i)
                                            .scores()
                                            .getOrDefault(id, Optional.empty())
                                            .isEmpty())
                                    .count(),
                            1 + better[i],
                            models.size() - worse[i]))
                    .toList();
            return new Standings(ids.size(), leftOut, clusterCount, standings, pairs, confidence);
        }

        private int rounds() {
            double pairs = models.size() * (models.size() - 1) / 2.0;
            return (int) Math.max(LEAST_ROUNDS, Math.ceil(ROUNDS * pairs / (1 - confidence)));
        }

        private Interval interval(List<Double> scores) {
            if (clusterCount > 0) {
                return clipped(Means.interval(
                        Means.mean(scores), Means.jackknifeStandardError(scores, clusters), clusterCount, confidence));
            }
            if (binary) {
                return Proportions.wilson(right(scores), scores.size(), confidence);
            }
            return clipped(Means.interval(Means.mean(scores), Means.standardError(scores), scores.size(), confidence));
        }

        private static Interval clipped(Interval interval) {
            return new Interval(Math.max(0, interval.low()), Math.min(1, interval.high()));
        }

        private static int right(List<Double> scores) {
            return (int) scores.stream().filter(score -> score == 1).count();
        }

        private Tested test(List<Double> first, List<Double> second) {
            List<Double> differences = IntStream.range(0, first.size())
                    .mapToObj(i -> first.get(i) - second.get(i))
                    .toList();
            double exact = Means.mean(differences);
            // Rounding is no evidence.
            double mean = Math.abs(exact) < 1e-12 ? 0 : exact;
            if (clusterCount > 0) {
                double error = Means.jackknifeStandardError(differences, clusters);
                Interval interval = Means.interval(mean, error, clusterCount, confidence);
                double p = error == 0
                        ? (mean == 0 ? 1 : 0)
                        : Math.min(
                                1,
                                2 * TDistribution.of(clusterCount - 1.0).survivalProbability(Math.abs(mean) / error));
                return new Tested(mean, interval, p, OptionalDouble.empty());
            }
            if (!binary) {
                Interval interval =
                        Means.interval(mean, Means.standardError(differences), differences.size(), confidence);
                double p = Means.permutationTest(differences, rounds(), new SplittableRandom(SEED));
                return new Tested(mean, interval, p, OptionalDouble.empty());
            }
            PairedTable table = PairedTable.of(first, second);
            double disagreement = (double) (table.onlyFirst() + table.onlySecond()) / table.n();
            OptionalDouble visible = disagreement == 0
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(
                            SampleSizes.smallestVisibleDifference(ids.size(), disagreement, confidence, POWER));
            return new Tested(mean, table.newcombe(confidence), table.exactMcNemar(), visible);
        }
    }
}
