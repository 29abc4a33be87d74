package io.stoa.store.approval;

import static java.util.Objects.requireNonNull;

import io.stoa.model.EvidenceRef;
import java.util.List;

/** What the ledger says, at a moment, about a candidate under a use. */
public sealed interface Ruling {
    /**
     * It may serve, as far as the ledger knows.
     *
     * @param approval what was approved
     * @param entry where the ledger holds the approval
     */
    record Stands(Approval approval, EvidenceRef entry) implements Ruling {
        public Stands {
            requireNonNull(approval, "approval");
            requireNonNull(entry, "entry");
        }
    }

    /**
     * A licence refuses the use.
     *
     * @param approval the approval that is a refusal
     * @param refusals the licences and clauses, at least one
     * @param reason one sentence for people
     */
    record Forbidden(Approval approval, List<Approval.Refusal> refusals, String reason) implements Ruling {
        public Forbidden {
            refusals = List.copyOf(refusals);
            if (refusals.isEmpty()) {
                throw new IllegalArgumentException("a licence that forbids has a clause that does");
            }
        }
    }

    /** It may not serve. The reason names what is wrong and the command that mends it. */
    record Lapsed(String reason) implements Ruling {}
}
