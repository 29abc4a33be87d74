package io.stoa.console;

import io.stoa.console.Slot.TierKey;
import io.stoa.console.Tally.Share;
import io.stoa.gateway.audit.RequestRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** The last stretches of time, of which those without requests take no memory. Used under the lock of its feed. */
final class Window {
    private final Span span;
    private final Deque<Slot> slots = new ArrayDeque<>();

    Window(Span span) {
        this.span = span;
    }

    /** A clock that is set back counts on in the newest stretch, so that what is past never changes. */
    void add(long nowMillis, RequestRecord ended, TierKey key, Share share, long saved) {
        long index = span.index(nowMillis);
        Slot last = slots.peekLast();
        if (last == null || last.index() < index) {
            last = new Slot(index);
            slots.addLast(last);
            while (slots.getFirst().index() <= index - span.slots) {
                slots.removeFirst();
            }
        }
        last.add(ended, key, share, saved);
    }

    /** What is in the window, the oldest first: past stretches themselves, and a copy of the newest. */
    List<Slot> read() {
        Slot last = slots.peekLast();
        return last == null
                ? List.of()
                : Stream.concat(slots.stream().limit(slots.size() - 1L), Stream.of(last.copy()))
                        .toList();
    }

    /** How far back people look. */
    enum Span {
        MINUTES("minutes", Duration.ofSeconds(10), 60),
        HOUR("hour", Duration.ofMinutes(1), 60),
        DAY("day", Duration.ofMinutes(15), 96);

        private final String key;
        private final Duration slot;
        private final int slots;

        Span(String key, Duration slot, int slots) {
            this.key = key;
            this.slot = slot;
            this.slots = slots;
        }

        /** Its name in the snapshot. */
        String key() {
            return key;
        }

        Duration slot() {
            return slot;
        }

        int slots() {
            return slots;
        }

        long index(long millis) {
            return Math.floorDiv(millis, slot.toMillis());
        }
    }
}
