package io.stoa.store.approval;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import java.time.Instant;

/**
 * An operator's word that the conditions of an approval are met. It also lifts an earlier revocation.
 *
 * @param candidate the candidate's id
 * @param identity what the candidate is
 * @param use the digest of the use
 * @param conditions the digest of the conditions, word for word
 * @param approval the approval that was read when they were accepted
 * @param by who accepts
 * @param reason why they are met
 * @param time when
 */
public record Acceptance(
        String candidate,
        String identity,
        Digest use,
        Digest conditions,
        EvidenceRef approval,
        String by,
        String reason,
        Instant time) {
    /** The kind of its entry in the ledger. */
    public static final String KIND = "approval.accepted";

    public Acceptance {
        requireNonNull(candidate, "candidate");
        requireNonNull(identity, "identity");
        requireNonNull(use, "use");
        requireNonNull(conditions, "conditions");
        requireNonNull(approval, "approval");
        requireNonNull(time, "time");
        if (by.isBlank() || reason.isBlank()) {
            throw new IllegalArgumentException("an acceptance says who accepts and why");
        }
    }

    /** The acceptance of everything that an approval asks for. */
    public static Acceptance of(Approval approval, EvidenceRef entry, String by, String reason, Instant time) {
        return new Acceptance(
                approval.candidate(),
                approval.identity(),
                approval.use().digest(),
                approval.conditionsDigest(),
                entry,
                by,
                reason,
                time);
    }

    /** Whether it accepts what this approval asks for. */
    public boolean covers(Approval approval) {
        return identity.equals(approval.identity())
                && use.equals(approval.use().digest())
                && conditions.equals(approval.conditionsDigest());
    }
}
