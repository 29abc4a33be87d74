package io.stoa.benchmark;

import io.stoa.benchmark.stats.ErrorSplit;
import io.stoa.benchmark.stats.Means;
import io.stoa.benchmark.stats.Proportions;
import io.stoa.benchmark.stats.SequentialMean;
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
    boolean enough(Scores scores) {
        return scores.n() < items
                && watched.isPresent()
                && Decision.of(sequence(scores), watched.getAsDouble()) != Decision.UNDECIDED;
    }

    /**
     * The score with the interval that the gate is held against. Of all items it is Wilson's; where some are worth more
     * than nothing and less than a right one, Student's with a right and a wrong one added.
     */
    Score score(Scores scores) {
        if (scores.n() < items) {
            return score(
                    scores,
                    "betting confidence sequence",
                    sequence(scores),
                    new ErrorSplit(confidence).looks(),
                    Score.Stop.DECIDED);
        }
        return scores.allOrNothing()
                ? score(scores, "Wilson", Proportions.wilson(scores.right(), scores.n(), last()), last(), end)
                : score(scores, "Student's t", Means.boundedInterval(scores.values(), last()), last(), end);
    }

    /**
     * For readers who must never be below the level: Clopper and Pearson's interval never covers less. Empty where
     * asking ended early: the sequence keeps its level anyhow, and an interval for a fixed sample would not. Empty as well
     * where there is more than right and wrong.
     */
    Optional<Score> exactScore(Scores scores) {
        return scores.n() < items || !scores.allOrNothing()
                ? Optional.empty()
                : Optional.of(score(
                        scores,
                        "Clopper–Pearson",
                        Proportions.clopperPearson(scores.right(), scores.n(), last()),
                        last(),
                        end));
    }

    /** The level at which all items together are judged. */
    double last() {
        return watched.isPresent() ? new ErrorSplit(confidence).last() : confidence;
    }

    private Interval sequence(Scores scores) {
        return new SequentialMean(scores.counts()).interval(new ErrorSplit(confidence).looks());
    }

    private static Score score(Scores scores, String method, Interval interval, double level, Score.Stop stop) {
        return new Score(scores.mean(), interval, level, scores.n(), method, stop);
    }
}
