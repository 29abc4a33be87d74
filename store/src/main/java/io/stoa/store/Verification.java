package io.stoa.store;

import static java.util.Objects.requireNonNull;

import io.stoa.model.EvidenceRef;
import java.util.Optional;

/** What became of a ledger's chain. */
public sealed interface Verification {
    /**
     * Every digest is the one that was recorded, and nothing is missing.
     *
     * @param entries how many there are
     * @param head the last one
     */
    record Intact(long entries, Optional<EvidenceRef> head) implements Verification {
        public Intact {
            requireNonNull(head, "head");
        }
    }

    /**
     * The chain breaks.
     *
     * @param sequence the first entry that is not as it was recorded; everything before it is intact
     * @param what what is wrong with it, as a sentence
     */
    record Broken(long sequence, String what) implements Verification {
        public Broken {
            requireNonNull(what, "what");
        }
    }
}
