package io.stoa.gateway.audit;

import static java.util.Objects.requireNonNull;

import io.stoa.model.EvidenceRef;
import java.util.List;
import java.util.Optional;

/** What became of a chain. */
public sealed interface Verification {
    String chain();

    /**
     * Every record is what was written, none is missing, and everything that is erased was erased on the record.
     *
     * @param records how many there are
     * @param requests how many of them are requests
     * @param erased how many of those have had their content and salt erased
     * @param head the last record: write it down elsewhere, and give it to a later verification as a witness
     * @param checkpoint the last signed head; records after it could be cut off unseen
     * @param notes what a person should know, such as a record that a crash left half written
     */
    record Intact(
            String chain,
            long records,
            long requests,
            long erased,
            Optional<EvidenceRef> head,
            Optional<Checkpoint> checkpoint,
            List<String> notes)
            implements Verification {
        public Intact {
            requireNonNull(chain, "chain");
            requireNonNull(head, "head");
            requireNonNull(checkpoint, "checkpoint");
            notes = List.copyOf(notes);
        }
    }

    /**
     * Something was changed.
     *
     * @param sequence the first record that is not as it was written
     * @param what what is wrong with it, as a sentence
     */
    record Broken(String chain, long sequence, String what) implements Verification {
        public Broken {
            requireNonNull(chain, "chain");
            requireNonNull(what, "what");
        }
    }
}
