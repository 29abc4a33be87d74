package io.stoa.benchmark;

import io.stoa.benchmark.task.Answer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How often answers were worth how much.
 *
 * @param counts by score in [0, 1]
 */
record Scores(SortedMap<Double, Integer> counts) {
    static final Scores NONE = new Scores(new TreeMap<>());

    Scores {
        counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
    }

    static Scores of(int right, int n) {
        SortedMap<Double, Integer> counts = new TreeMap<>();
        counts.put(0.0, n - right);
        counts.put(1.0, right);
        return new Scores(counts);
    }

    static Scores of(List<Answer> answers) {
        SortedMap<Double, Integer> counts = new TreeMap<>();
        answers.forEach(answer -> counts.merge(answer.score(), 1, Integer::sum));
        return new Scores(counts);
    }

    Scores and(Scores more) {
        SortedMap<Double, Integer> counts = new TreeMap<>(this.counts);
        more.counts.forEach((score, count) -> counts.merge(score, count, Integer::sum));
        return new Scores(counts);
    }

    int n() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    int right() {
        return counts.getOrDefault(1.0, 0);
    }

    double mean() {
        return counts.entrySet().stream()
                        .mapToDouble(entry -> entry.getKey() * entry.getValue())
                        .sum()
                / n();
    }

    /** Whether every answer was either right or wrong. */
    boolean allOrNothing() {
        return counts.keySet().stream().allMatch(score -> score == 0 || score == 1);
    }

    List<Double> values() {
        List<Double> values = new ArrayList<>();
        counts.forEach((score, count) -> values.addAll(Collections.nCopies(count, score)));
        return values;
    }
}
