/**
 * The ledger: append-only, hash-chained, in one SQLite file; and the artifacts that its entries speak of, by digest.
 *
 * <h2>What is kept</h2>
 *
 * Every result of an assessment is appended to a {@link io.stoa.store.Ledger} before it is used. An {@link
 * io.stoa.store.Entry} holds its place, its time, its kind, what it is evidence of, and the body that was recorded, and
 * is chained to all entries before it by a SHA-256 digest. A check asks a {@link io.stoa.model.Recorder} for its result
 * by key: what the ledger holds is read back, what it does not hold is measured, appended and read back, so that a run
 * which was killed and started again says what an undisturbed one says.
 *
 * <h2>What the chain proves, and what it cannot</h2>
 *
 * {@link io.stoa.store.Ledger#verify()} finds an entry that was edited, removed from the middle, inserted or moved, and
 * entries that were cut off the end. It is arithmetic without a secret: whoever may write the file can compute the chain
 * anew, or put back an older copy of the whole file, and neither shows from inside. What does show it is a head that was
 * written down elsewhere (every report prints its own): {@link io.stoa.store.Ledger#verify(io.stoa.model.EvidenceRef)}
 * proves that everything up to that head is unchanged. Nor does the chain prove that what was recorded is true, nor that
 * the clock was right.
 *
 * <h2>Where it may be killed</h2>
 *
 * Anywhere. An entry is one transaction of SQLite (write-ahead log, {@code synchronous=FULL}): it is in the ledger
 * entirely or not at all, and once {@code append} has returned it survives a crash of the machine. Several threads and
 * several processes may share one file; measurements run outside of any transaction.
 *
 * <p>The bodies are records that Jackson writes and reads without annotations: strings, numbers, booleans, enums,
 * {@code Optional}, lists, maps, {@code java.time} and records of these. A {@code Path} or a sealed interface is not
 * among them.
 */
@NullMarked
package io.stoa.store;

import org.jspecify.annotations.NullMarked;
