package io.stoa.license.compat;

import static java.util.Objects.requireNonNull;

/**
 * Whether two licences can be combined.
 *
 * @param answer whether they can
 * @param reason why, a sentence part
 */
public record Compatibility(Answer answer, String reason) {
    /** From the best to the worst. */
    public enum Answer {
        COMPATIBLE,
        WITH_DUTIES,
        UNKNOWN,
        INCOMPATIBLE
    }

    public Compatibility {
        requireNonNull(answer, "answer");
        if (reason.isBlank()) {
            throw new IllegalArgumentException("an answer has a reason: " + answer);
        }
    }
}
