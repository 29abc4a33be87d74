package io.stoa.hardware.roofline;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;

/** What can be said about a model's speed on a machine before it is run. */
public sealed interface SpeedEstimate {
    /**
     * Everything is known, within bounds.
     *
     * @param prompt tokens per second of reading a prompt, one at a time
     * @param generation tokens per second of all streams together, while only they run
     * @param timeToFirstToken seconds, of a prompt that does not wait
     * @param timePerOutputToken seconds from token to token of each stream
     * @param requests whole requests per second when prompts and answers take turns
     * @param basis how the shares of the peaks are known
     */
    record Known(
            Interval prompt,
            Interval generation,
            Interval timeToFirstToken,
            Interval timePerOutputToken,
            Interval requests,
            String basis)
            implements SpeedEstimate {
        public Known {
            requireNonNull(prompt, "prompt");
            requireNonNull(generation, "generation");
            requireNonNull(timeToFirstToken, "timeToFirstToken");
            requireNonNull(timePerOutputToken, "timePerOutputToken");
            requireNonNull(requests, "requests");
            requireNonNull(basis, "basis");
        }
    }

    /**
     * A fact is missing.
     *
     * @param reason a clause that says which
     */
    record Unknown(String reason) implements SpeedEstimate {
        public Unknown {
            if (reason.isBlank()) {
                throw new IllegalArgumentException("an unknown estimate says why");
            }
        }
    }
}
