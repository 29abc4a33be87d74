package io.stoa.benchmark;

import io.stoa.benchmark.stats.ErrorSplit;
import io.stoa.benchmark.stats.Proportions;
import io.stoa.benchmark.stats.SequentialProportion;
import io.stoa.model.Interval;
import io.stoa.model.Score;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How many of a task's items are asked, and the interval that is true then. Either all items are asked and judged once;
 * or a gate is watched, asking ends as soon as the gate is decided, and the error is shared by the looks and the end as
 * {@link ErrorSplit} says.
 *
 * @param watched the gate that may end asking, if one may
 * @param confidence the level of the verdict in (0, 1), such as 0.95
 * @param items how many items there are to ask, at least 1
 * @param end why asking ends when all of them are answered
 */
record Sampling(OptionalDouble watched, double confidence, int items, Score.Stop end) {
    /** Whether answers to some of the items decide the gate. */
    boolean enough(int right, int n) {
        return n < items
                && watched.isPresent()
                && Decision.of(sequence(right, n), watched.getAsDouble()) != Decision.UNDECIDED;
    }

    /** The score with the interval that the gate is held against. */
    Score score(int right, int n) {
        if (n < items) {
            return score(
                    right,
                    n,
                    "betting confidence sequence",
                    sequence(right, n),
                    new ErrorSplit(confidence).looks(),
                    Score.Stop.DECIDED);
        }
        return score(right, n, "Wilson", Proportions.wilson(right, n, last()), last(), end);
    }

    /**
     * For readers who must never be below the level: Clopper and Pearson's interval never covers less. Empty where
     * asking ended early: the sequence keeps its level anyhow, and an interval for a fixed sample would not.
     */
    Optional<Score> exactScore(int right, int n) {
        return n < items
                ? Optional.empty()
                : Optional.of(
                        score(right, n, "Clopper–Pearson", Proportions.clopperPearson(right, n, last()), last(), end));
    }

    /** The level at which all items together are judged. */
    double last() {
        return watched.isPresent() ? new ErrorSplit(confidence).last() : confidence;
    }

    private Interval sequence(int right, int n) {
        return new SequentialProportion(right, n).interval(new ErrorSplit(confidence).looks());
    }

    private static Score score(int right, int n, String method, Interval interval, double level, Score.Stop stop) {
        return new Score((double) right / n, interval, level, n, method, stop);
    }
}
