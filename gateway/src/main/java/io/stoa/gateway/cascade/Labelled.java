package io.stoa.gateway.cascade;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.cascade.Cascade.LocalAnswer;
import java.util.Optional;

/**
 * A prompt that both tiers have answered.
 *
 * @param prompt what both read
 * @param small how good the small model's answer is, in [0, 1]: 1 right, 0 wrong
 * @param large how good the large model's answer is
 * @param answer what the small model answered and how sure it was, where that was kept
 * @param group the task that the prompt belongs to, for reports
 */
public record Labelled(
        String prompt, double small, double large, Optional<LocalAnswer> answer, Optional<String> group) {
    public Labelled {
        requireNonNull(prompt, "prompt");
        requireNonNull(answer, "answer");
        requireNonNull(group, "group");
        if (!(small >= 0 && small <= 1 && large >= 0 && large <= 1)) {
            throw new IllegalArgumentException("a score lies in [0, 1]: " + small + " and " + large);
        }
    }

    /** What is lost by keeping the small model's answer: max(0, large − small). */
    public double harm() {
        return Math.max(0, large - small);
    }

    /** Whether the large model would have brought nothing. */
    public boolean asGood() {
        return small >= large;
    }
}
