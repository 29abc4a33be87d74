package io.stoa.store;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Recorder;
import io.stoa.model.StoaException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An append-only, hash-chained record of what was done and measured. Safe for use by several threads and, as far as the
 * store allows, by several processes.
 *
 * <p>Every method throws {@link StoaException}: {@code RESOURCES} when the store is full, locked or may not be written,
 * {@code USER} when it is damaged or of another making, {@code BUG} when a body does not survive being written and read.
 */
public interface Ledger extends AutoCloseable {
    /** Appends a record that is not evidence of a check, such as a refusal or a fallback. */
    EvidenceRef append(String kind, Record body);

    /**
     * The recorder of a run. It finds the latest entry of a key that lies after {@code since} and measures only when
     * there is none. When two processes measure the same key at once, the entry that was appended first is what both
     * return. The value returned is always the one read back from the ledger.
     *
     * @param since entries up to and including this sequence are not looked at; 0 looks at all
     */
    Recorder recorder(long since);

    /**
     * Begins a run, or goes on with the latest run of the same plan when that one has not finished. A fresh run is never
     * a continuation of one that was not fresh.
     *
     * @param name what the user calls it
     * @param plan the digest of everything that is to be asked
     * @param fresh whether evidence from before this run must be measured again
     */
    Run begin(String name, Digest plan, boolean fresh);

    /** Marks a run as finished, so that the next one of the same plan is a new run. */
    EvidenceRef finish(Run run, Record summary);

    /** The last entry; absent while the ledger is empty. */
    Optional<EvidenceRef> head();

    /**
     * The entries after a sequence, oldest first, read page by page as the stream is consumed. The stream needs no
     * closing; entries that are appended meanwhile may or may not be part of it.
     *
     * @param after 0 for all
     */
    Stream<Entry> entries(long after);

    /** Recomputes the whole chain. */
    Verification verify();

    /** Recomputes the whole chain, and looks whether it still holds an entry that was written down elsewhere. */
    Verification verify(EvidenceRef witness);

    @Override
    void close();
}
