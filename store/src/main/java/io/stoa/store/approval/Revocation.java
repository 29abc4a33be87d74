package io.stoa.store.approval;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.time.Instant;

/**
 * An operator's word that a candidate may not serve a use any more, whatever an assessment says, until an {@link
 * Acceptance} lifts it.
 *
 * @param candidate the candidate's id
 * @param use the digest of the use
 * @param by who revokes
 * @param reason why
 * @param time when
 */
public record Revocation(String candidate, Digest use, String by, String reason, Instant time) {
    /** The kind of its entry in the ledger. */
    public static final String KIND = "approval.revoked";

    public Revocation {
        requireNonNull(use, "use");
        requireNonNull(time, "time");
        if (candidate.isBlank() || by.isBlank() || reason.isBlank()) {
            throw new IllegalArgumentException("a revocation says what is revoked, who revokes it and why");
        }
    }
}
