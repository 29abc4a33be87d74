package io.stoa.model;

import java.util.function.Supplier;

/**
 * Puts results into the ledger before they are used. This is how an assessment survives being killed: a check asks for
 * its result by key, and only measures what the ledger does not hold yet.
 */
@FunctionalInterface
public interface Recorder {
    /**
     * The recorded value under this key, measured and appended first when the ledger has none.
     *
     * @param type a record that Jackson can write and read back without annotations
     * @param measure is called at most once; what it throws is passed on and nothing is recorded
     */
    <T extends Record> Recorded<T> once(EvidenceKey key, Class<T> type, Supplier<T> measure);
}
