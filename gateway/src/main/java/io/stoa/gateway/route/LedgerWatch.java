package io.stoa.gateway.route;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import io.stoa.model.StoaException;
import io.stoa.store.Entry;
import io.stoa.store.SqliteLedger;
import io.stoa.store.Verification;
import io.stoa.store.approval.ApprovalBook;
import io.stoa.store.approval.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The ledger as it is now. New entries are checked against the last one that was seen and read into the book; whenever
 * the file has changed, and now and then anyway, the whole chain is computed anew and held against the highest head that
 * was ever seen here, so that an older copy put in its place shows. Used by one thread.
 */
final class LedgerWatch implements AutoCloseable {
    /** The whole chain is computed for at most one part in so many of the time. */
    private static final int SHARE = 10;

    private final Path file;
    private final TrustedKeys trust;
    private final Clock clock;
    private final Rhythm rhythm;

    private Optional<SqliteLedger> ledger = Optional.empty();
    private List<String> stamp = List.of();
    private String fileKey = "";
    private Optional<EvidenceRef> seen = Optional.empty();
    private ApprovalBook book;
    private Optional<String> trouble = Optional.of("has not been read yet");
    private long verifiedAt;
    private long verifyTook;
    private boolean unverified = true;

    LedgerWatch(Path file, TrustedKeys trust, Clock clock, Rhythm rhythm) {
        this.file = file;
        this.trust = trust;
        this.clock = clock;
        this.rhythm = rhythm;
        this.book = new ApprovalBook(trust);
    }

    /** What it says; only while there is no {@link #trouble()}. */
    ApprovalBook book() {
        return book;
    }

    /** Why it cannot be relied on. */
    Optional<String> trouble() {
        return trouble.map(what -> "the ledger " + file + " " + what);
    }

    /** Reads what is new. */
    void look() {
        try {
            List<String> now = stamp();
            if (ledger.isEmpty() || !now.getFirst().equals(fileKey)) {
                reopen(now.getFirst());
            }
            unverified |= !now.equals(stamp);
            stamp = now;
            if (trouble.isPresent()) {
                // what was read before the trouble may be part of it
                startAnew();
            } else {
                readOn();
            }
            verifyWhenDue();
        } catch (IOException e) {
            close();
            trouble = Optional.of(
                    "is missing; restore it, or run `stoa assess` again (the gateway then has to be started anew)");
        } catch (StoaException e) {
            trouble = Optional.of("cannot be read (" + e.sentence() + ")");
        }
    }

    /** The file and its write-ahead log, as far as they show a change. */
    private List<String> stamp() throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new IOException(file + " is no file");
        }
        Path log = file.resolveSibling(file.getFileName() + "-wal");
        String second = "";
        try {
            BasicFileAttributes written = Files.readAttributes(log, BasicFileAttributes.class);
            second = written.size() + " " + written.lastModifiedTime();
        } catch (IOException e) {
            // no log while nobody has it open, which is a state like any other
            second = "none";
        }
        return List.of(
                String.valueOf(attributes.fileKey()), attributes.size() + " " + attributes.lastModifiedTime(), second);
    }

    private void reopen(String key) {
        close();
        ledger = Optional.of(SqliteLedger.open(file, clock));
        fileKey = key;
        trouble = Optional.of("has not been read yet");
    }

    private void startAnew() {
        SqliteLedger open = ledger.orElseThrow();
        verify(open);
        if (trouble.isPresent()) {
            return;
        }
        ApprovalBook fresh = new ApprovalBook(trust);
        Optional<EvidenceRef> last = Optional.empty();
        for (Iterator<Entry> entries = open.entries(0).iterator(); entries.hasNext(); ) {
            Entry entry = entries.next();
            fresh.add(entry);
            last = Optional.of(entry.ref());
        }
        book = fresh;
        seen = last;
    }

    private void readOn() {
        long after = seen.map(EvidenceRef::sequence).orElse(0L);
        Optional<Digest> previous = seen.map(EvidenceRef::digest);
        Optional<EvidenceRef> head = ledger.orElseThrow().head();
        if (head.map(EvidenceRef::sequence).orElse(0L) < after) {
            trouble = broken("entries were cut off");
            return;
        }
        for (Iterator<Entry> entries = ledger.orElseThrow().entries(after).iterator(); entries.hasNext(); ) {
            Entry entry = entries.next();
            boolean follows = entry.sequence() == after + 1
                    && entry.isIntact()
                    && previous.map(entry.previous()::equals).orElse(true);
            if (!follows) {
                trouble = broken("entry " + entry.sequence() + " does not follow the one before it");
                return;
            }
            book.add(entry);
            after = entry.sequence();
            previous = Optional.of(entry.digest());
            seen = Optional.of(entry.ref());
        }
    }

    private void verifyWhenDue() {
        long since = System.nanoTime() - verifiedAt;
        boolean due = since > rhythm.verify().toNanos() || (unverified && since > verifyTook * SHARE);
        if (trouble.isEmpty() && due) {
            verify(ledger.orElseThrow());
        }
    }

    private void verify(SqliteLedger open) {
        long begun = System.nanoTime();
        Verification found = seen.isPresent() ? open.verify(seen.get()) : open.verify();
        trouble = switch (found) {
            case Verification.Intact _ -> Optional.empty();
            case Verification.Broken(long _, String what) -> broken(what);
        };
        verifiedAt = System.nanoTime();
        verifyTook = verifiedAt - begun;
        unverified = false;
    }

    private Optional<String> broken(String what) {
        return Optional.of("is broken: " + what + "; see `stoa ledger verify`, and restore a copy");
    }

    @Override
    public void close() {
        ledger.ifPresent(SqliteLedger::close);
        ledger = Optional.empty();
    }
}
