package io.stoa.model;

import static java.util.Objects.requireNonNull;

/**
 * A value that lies in the ledger.
 *
 * @param value the value as it was recorded
 * @param evidence where it lies
 * @param reused whether it was found there rather than measured now
 */
public record Recorded<T extends Record>(T value, EvidenceRef evidence, boolean reused) {
    public Recorded {
        requireNonNull(value, "value");
        requireNonNull(evidence, "evidence");
    }
}
