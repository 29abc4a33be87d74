package io.stoa.benchmark;

import io.stoa.benchmark.stats.ErrorSplit;
import io.stoa.benchmark.stats.Means;
import io.stoa.benchmark.stats.SequentialDifference;
import io.stoa.benchmark.task.Answer;
import io.stoa.benchmark.task.Item;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.Interval;
import io.stoa.model.PairedComparison;
import io.stoa.model.measure.MultipleTests;
import io.stoa.model.measure.PairedTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Compares finished runs pairwise, each pair on the items that both were asked.
 *
 * <p>Where a gate was watched, the number of common items may depend on the answers, which a test for a fixed number does
 * not withstand. The error is then shared as for the gate itself ({@link ErrorSplit}): a pair that answered everything is
 * tested at the level of the last look, and one where asking ended early by betting, at the level of the looks.
 *
 * <p>Where answers are worth more than nothing and less than a right one, a permutation test takes the place of McNemar's,
 * and an item that one answered better counts as one that only it answered rightly.
 */
final class Comparisons {
    private static final String MC_NEMAR = "exact McNemar";
    private static final int PERMUTATIONS = 10_000;

    /** Of the permutations, so that a report is the same whenever it is made. */
    private static final long SEED = 0;

    private final double confidence;

    Comparisons(double confidence) {
        this.confidence = confidence;
    }

    /** What one candidate answered to one task: what each answer was worth. */
    record Outcome(
            Candidate candidate,
            String task,
            String settings,
            Digest seed,
            Sampling sampling,
            Map<Item, Double> scores) {
        Outcome {
            scores = Map.copyOf(scores);
        }

        static Outcome of(TaskRun run, List<Answer> answers) {
            List<Item> items = run.task().items().items();
            Map<Item, Double> scores = new LinkedHashMap<>();
            for (int i = 0; i < answers.size(); i++) {
                scores.put(items.get(i), answers.get(i).score());
            }
            return new Outcome(
                    run.candidate(),
                    run.task().id(),
                    run.task().settings(),
                    run.task().items().seed(),
                    run.sampling(),
                    scores);
        }

        boolean watched() {
            return sampling.watched().isPresent();
        }

        boolean endedEarly() {
            return scores.size() < sampling.items();
        }
    }

    /**
     * @param table items by which of both is better; of equal ones, those that are right and those that are not
     * @param differences of the scores of each item, the first's less the second's
     */
    private record Pair(Outcome first, Outcome second, PairedTable table, List<Double> differences) {
        boolean allOrNothing() {
            return differences.stream().allMatch(difference -> difference == Math.rint(difference));
        }

        boolean watched() {
            return first.watched() || second.watched();
        }

        boolean endedEarly() {
            return first.endedEarly() || second.endedEarly();
        }
    }

    private record Test(String method, Interval interval, double p) {}

    /** Every pair of outcomes of one task, in the order of the outcomes. */
    List<PairedComparison> compare(List<Outcome> outcomes) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            for (int j = i + 1; j < outcomes.size(); j++) {
                pair(outcomes.get(i), outcomes.get(j)).ifPresent(pairs::add);
            }
        }
        List<Test> tests = pairs.stream().map(this::test).toList();
        List<Double> adjusted = MultipleTests.holm(tests.stream().map(Test::p).toList());
        List<PairedComparison> comparisons = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            Pair pair = pairs.get(i);
            Test test = tests.get(i);
            PairedTable table = pair.table();
            comparisons.add(new PairedComparison(
                    pair.first().task(),
                    pair.first().candidate().id(),
                    pair.second().candidate().id(),
                    table.bothRight(),
                    table.onlyFirst(),
                    table.onlySecond(),
                    table.bothWrong(),
                    Means.mean(pair.differences()),
                    test.interval(),
                    confidence,
                    test.method(),
                    test.p(),
                    adjusted.get(i)));
        }
        return List.copyOf(comparisons);
    }

    private Test test(Pair pair) {
        ErrorSplit split = new ErrorSplit(confidence);
        PairedTable table = pair.table();
        if (pair.endedEarly()) {
            SequentialDifference differences = new SequentialDifference();
            pair.differences().forEach(differences::add);
            double evidence = Math.max(differences.logEvidenceAbove(0), differences.logEvidenceBelow(0));
            return new Test(
                    "betting",
                    differences.interval(split.looks()),
                    split.adjustedAtLook(Math.min(1, 2 * Math.exp(-evidence))));
        }
        if (!pair.allOrNothing()) {
            double level = pair.watched() ? split.last() : confidence;
            double p = Means.permutationTest(pair.differences(), PERMUTATIONS, new Random(SEED));
            return new Test(
                    "permutation", difference(pair.differences(), level), pair.watched() ? split.adjustedAtLast(p) : p);
        }
        return pair.watched()
                ? new Test(MC_NEMAR, table.newcombe(split.last()), split.adjustedAtLast(table.exactMcNemar()))
                : new Test(MC_NEMAR, table.newcombe(confidence), table.exactMcNemar());
    }

    /**
     * Empty unless both were asked the same task in the same way, with at least one equal item; and, where asking ended
     * early, in the same order, because otherwise no sequence of common items was watched.
     */
    private static Optional<Pair> pair(Outcome first, Outcome second) {
        if (!first.task().equals(second.task()) || !first.settings().equals(second.settings())) {
            return Optional.empty();
        }
        if ((first.endedEarly() || second.endedEarly()) && !first.seed().equals(second.seed())) {
            return Optional.empty();
        }
        List<Double> ofFirst = new ArrayList<>();
        List<Double> ofSecond = new ArrayList<>();
        first.scores()
                .forEach((item, score) -> Optional.ofNullable(second.scores().get(item))
                        .ifPresent(other -> {
                            ofFirst.add(score);
                            ofSecond.add(other);
                        }));
        if (ofFirst.isEmpty()) {
            return Optional.empty();
        }
        // The permutations below must not depend on the order in which a map gives its entries.
        List<Double> differences = IntStream.range(0, ofFirst.size())
                .mapToObj(i -> ofFirst.get(i) - ofSecond.get(i))
                .sorted()
                .toList();
        return Optional.of(new Pair(first, second, PairedTable.of(ofFirst, ofSecond), differences));
    }

    /** Differences lie in [−1, 1]: half of one and a half is a score. */
    private static Interval difference(List<Double> differences, double confidence) {
        Interval half = Means.boundedInterval(
                differences.stream().map(difference -> (1 + difference) / 2).toList(), confidence);
        return new Interval(2 * half.low() - 1, 2 * half.high() - 1);
    }
}
