package io.stoa.gateway;

import io.stoa.model.Digest;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The answers to idempotency keys (<a
 * href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">IETF draft</a>), for some time and
 * within bounds: the oldest go first. A request that failed is forgotten, so that it can be sent again.
 */
final class Replays {
    private static final int ENTRY_BYTES = 512;

    private final long mostBytes;
    private final long keptNanos;
    private final Map<Key, Entry> entries = new LinkedHashMap<>();
    private long bytes;

    Replays(int mostBytes, Duration kept) {
        this.mostBytes = mostBytes;
        this.keptNanos = kept.toNanos();
    }

    /** What is known of a key; when nothing, it is taken, and must be {@link #answered} or {@link #failed}. */
    synchronized Found claim(Key key, Digest body) {
        forgetOld();
        Entry known = entries.get(key);
        if (known == null) {
            put(key, new Entry(body, System.nanoTime(), new Found.UnderWay()));
            return new Found.Taken();
        }
        return known.body.equals(body) ? known.found : new Found.OtherBody();
    }

    /** The answer is whole. */
    synchronized void answered(Key key, Found.Answered answer) {
        replace(key, answer);
    }

    /** The answer is whole, and too long to be kept. */
    synchronized void answeredTooLong(Key key) {
        replace(key, new Found.NotKept());
    }

    synchronized void failed(Key key) {
        Entry known = entries.remove(key);
        if (known != null) {
            bytes -= known.bytes();
        }
    }

    private void replace(Key key, Found found) {
        Entry known = entries.get(key);
        if (known != null) {
            failed(key);
            put(key, new Entry(known.body, System.nanoTime(), found));
        }
    }

    private void put(Key key, Entry entry) {
        Entry before = entries.put(key, entry);
        bytes += entry.bytes() - (before == null ? 0 : before.bytes());
        Iterator<Map.Entry<Key, Entry>> oldest = entries.entrySet().iterator();
        while (bytes > mostBytes && oldest.hasNext()) {
            Map.Entry<Key, Entry> old = oldest.next();
            if (!old.getKey().equals(key) && !(old.getValue().found instanceof Found.UnderWay)) {
                bytes -= old.getValue().bytes();
                oldest.remove();
            }
        }
    }

    private void forgetOld() {
        long now = System.nanoTime();
        Iterator<Entry> oldest = entries.values().iterator();
        while (oldest.hasNext()) {
            Entry old = oldest.next();
            if (now - old.since < keptNanos) {
                return;
            }
            if (!(old.found instanceof Found.UnderWay)) {
                bytes -= old.bytes();
                oldest.remove();
            }
        }
    }

    /**
     * Whose key: two callers may use the same words.
     *
     * @param caller the id of the caller's key
     * @param words what was sent as {@code Idempotency-Key}
     */
    record Key(String caller, String words) {}

    private record Entry(Digest body, long since, Found found) {
        int bytes() {
            return ENTRY_BYTES
                    + (found instanceof Found.Answered answered
                            ? answered.body().length()
                            : 0);
        }
    }

    /** What is known of a key. */
    sealed interface Found {
        /** Nothing was: it is the asker's now. */
        record Taken() implements Found {}

        /** The first request with it has not ended. */
        record UnderWay() implements Found {}

        /** It came with another request. */
        record OtherBody() implements Found {}

        /** It was answered at length. */
        record NotKept() implements Found {}

        /** It was answered so. */
        record Answered(String type, String tier, Buffer body) implements Found {}
    }
}
