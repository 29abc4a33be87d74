package io.stoa.benchmark.task;

import static java.util.Objects.requireNonNull;

import java.util.function.BiPredicate;

/**
 * Another way to count answers as right, computed from what was recorded.
 *
 * @param name its name in the field, such as {@code acc_norm}
 * @param right whether an answer that was given counts
 */
public record Metric(String name, BiPredicate<Item, Answer> right) {
    public Metric {
        requireNonNull(right, "right");
        if (name.isBlank()) {
            throw new IllegalArgumentException("a metric needs a name");
        }
    }
}
