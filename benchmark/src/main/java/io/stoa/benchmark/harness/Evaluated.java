package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A task's numbers.
 *
 * @param task its name
 * @param alias the name that is shown
 * @param asked documents that were scored
 * @param available documents that the task has, where that is known: stored answers may come without their dataset
 * @param unanswered documents of those scored whose answer was empty, which counts as an answer that is wrong
 * @param numbers one for each metric and filter
 */
public record Evaluated(
        String task, String alias, int asked, Optional<Integer> available, int unanswered, List<Figure> numbers) {
    public Evaluated {
        requireNonNull(task, "task");
        requireNonNull(alias, "alias");
        numbers = List.copyOf(numbers);
        if (asked < 0 || unanswered < 0 || unanswered > asked) {
            throw new IllegalArgumentException(task + ": " + unanswered + " of " + asked + " unanswered");
        }
    }

    /**
     * One number.
     *
     * @param metric such as {@code acc_norm}
     * @param filter the pipeline it was taken behind, {@code none} where there was none
     * @param value the aggregate
     * @param standardError as the harness gives it, where it gives one
     * @param interval of means, at 95 %: Wilson's where all scores are 0 or 1, else Student's
     * @param higherIsBetter which way is up
     */
    public record Figure(
            String metric,
            String filter,
            double value,
            OptionalDouble standardError,
            Optional<Interval> interval,
            boolean higherIsBetter) {
        public Figure {
            requireNonNull(metric, "metric");
            requireNonNull(filter, "filter");
            requireNonNull(standardError, "standardError");
            requireNonNull(interval, "interval");
        }

        /** As the harness writes it: {@code acc,none}. */
        public String key() {
            return metric + "," + filter;
        }
    }
}
