package io.stoa.model;

import static java.util.Objects.requireNonNull;

/**
 * Two candidates on the very same items of one task, compared item by item.
 *
 * @param task the task's id
 * @param first the id of one candidate
 * @param second the id of the other
 * @param bothRight items that both answered rightly
 * @param onlyFirst items that only the first answered rightly, or better where an answer may be right in part
 * @param onlySecond items that only the second answered rightly, or better
 * @param bothWrong items that neither answered rightly and neither better
 * @param difference the first's score less the second's, in [-1, 1]
 * @param interval a confidence interval of the difference
 * @param confidence the level that the interval and the test keep, whenever asking ended
 * @param method the test, such as "exact McNemar"
 * @param p its two-sided p-value, raised where a part of the error is set aside for looks at fewer items
 * @param adjusted the p-value after Holm's correction over all comparisons of this report
 */
public record PairedComparison(
        String task,
        String first,
        String second,
        int bothRight,
        int onlyFirst,
        int onlySecond,
        int bothWrong,
        double difference,
        Interval interval,
        double confidence,
        String method,
        double p,
        double adjusted) {
    public PairedComparison {
        requireNonNull(task, "task");
        requireNonNull(first, "first");
        requireNonNull(second, "second");
        requireNonNull(interval, "interval");
        requireNonNull(method, "method");
        if (bothRight < 0 || onlyFirst < 0 || onlySecond < 0 || bothWrong < 0) {
            throw new IllegalArgumentException("counts of " + task + " cannot be negative");
        }
        if (bothRight + onlyFirst + onlySecond + bothWrong == 0) {
            throw new IllegalArgumentException("a comparison on " + task + " needs at least one item");
        }
        if (!(p >= 0 && p <= 1) || !(adjusted >= p && adjusted <= 1)) {
            throw new IllegalArgumentException("not p-values: " + p + ", adjusted " + adjusted);
        }
    }

    public int n() {
        return bothRight + onlyFirst + onlySecond + bothWrong;
    }
}
