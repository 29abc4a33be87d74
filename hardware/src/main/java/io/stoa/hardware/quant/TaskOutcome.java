package io.stoa.hardware.quant;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;

/**
 * How a rung and its base did on the very same items of a task.
 *
 * @param task its name
 * @param items that were asked until it was decided
 * @param base the base's score on them, from 0 to 1
 * @param rung the rung's
 * @param difference the rung's less the base's, at all looks together
 * @param decision against the largest drop that is accepted
 */
public record TaskOutcome(String task, int items, double base, double rung, Interval difference, Decision decision) {
    public TaskOutcome {
        requireNonNull(task, "task");
        requireNonNull(difference, "difference");
        requireNonNull(decision, "decision");
    }
}
