package io.stoa.benchmark;

import io.stoa.benchmark.stats.MultipleTests;
import io.stoa.benchmark.stats.PairedTable;
import io.stoa.benchmark.task.Answer;
import io.stoa.benchmark.task.Item;
import io.stoa.model.Candidate;
import io.stoa.model.PairedComparison;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares finished runs pairwise, each pair on the items that both were asked. */
final class Comparisons {
    private final double confidence;

    Comparisons(double confidence) {
        this.confidence = confidence;
    }

    /** What one candidate answered to one task: whether each item was right. */
    record Outcome(Candidate candidate, String task, String settings, Map<Item, Boolean> right) {
        Outcome {
            right = Map.copyOf(right);
        }

        static Outcome of(TaskRun run, List<Answer> answers) {
            List<Item> items = run.task().items().items();
            Map<Item, Boolean> right = new LinkedHashMap<>();
            for (int i = 0; i < items.size(); i++) {
                right.put(items.get(i), answers.get(i).right());
            }
            return new Outcome(run.candidate(), run.task().id(), run.task().settings(), right);
        }
    }

    private record Pair(Outcome first, Outcome second, PairedTable table) {}

    /** Every pair of outcomes of one task, in the order of the outcomes. */
    List<PairedComparison> compare(List<Outcome> outcomes) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            for (int j = i + 1; j < outcomes.size(); j++) {
                pair(outcomes.get(i), outcomes.get(j)).ifPresent(pairs::add);
            }
        }
        List<Double> p = pairs.stream().map(pair -> pair.table().exactMcNemar()).toList();
        List<Double> adjusted = MultipleTests.holm(p);
        List<PairedComparison> comparisons = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            Pair pair = pairs.get(i);
            PairedTable table = pair.table();
            comparisons.add(new PairedComparison(
                    pair.first().task(),
                    pair.first().candidate().id(),
                    pair.second().candidate().id(),
                    table.bothRight(),
                    table.onlyFirst(),
                    table.onlySecond(),
                    table.bothWrong(),
                    table.difference(),
                    table.newcombe(confidence),
                    confidence,
                    p.get(i),
                    adjusted.get(i)));
        }
        return List.copyOf(comparisons);
    }

    /** Empty unless both were asked the same task in the same way, with at least one equal item. */
    private static Optional<Pair> pair(Outcome first, Outcome second) {
        if (!first.task().equals(second.task()) || !first.settings().equals(second.settings())) {
            return Optional.empty();
        }
        int bothRight = 0;
        int onlyFirst = 0;
        int onlySecond = 0;
        int bothWrong = 0;
        for (Map.Entry<Item, Boolean> entry : first.right().entrySet()) {
            Boolean other = second.right().get(entry.getKey());
            if (other == null) {
                continue;
            }
            if (entry.getValue()) {
                if (other) {
                    bothRight++;
                } else {
                    onlyFirst++;
                }
            } else if (other) {
                onlySecond++;
            } else {
                bothWrong++;
            }
        }
        return bothRight + onlyFirst + onlySecond + bothWrong == 0
                ? Optional.empty()
                : Optional.of(new Pair(first, second, new PairedTable(bothRight, onlyFirst, onlySecond, bothWrong)));
    }
}
