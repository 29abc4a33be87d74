package io.stoa.console;

import io.stoa.console.Tally.Share;
import io.stoa.gateway.audit.RequestRecord;
import java.util.HashMap;
import java.util.Map;

/** What happened in one stretch of time. Written under the lock of its feed, and never again when the stretch is over. */
final class Slot {
    private final long index;
    private final Tally tally = new Tally();
    private final Map<TierKey, Tally> tiers = new HashMap<>();
    private final Histogram firstByte = new Histogram();
    private final Histogram whole = new Histogram();

    /** @param index the number of the stretch since 1970 */
    Slot(long index) {
        this.index = index;
    }

    void add(RequestRecord ended, TierKey key, Share share, long saved) {
        tally.add(ended, share, saved);
        tiers.computeIfAbsent(key, _ -> new Tally()).add(ended, share, saved);
        switch (ended.end()) {
            case SERVED, ESCALATED, FELL_BACK -> {
                ended.firstByteMicros().ifPresent(firstByte::add);
                whole.add(ended.durationMicros());
            }
            case REFUSED, FAILED, ABANDONED -> {}
        }
    }

    void add(Slot other) {
        tally.add(other.tally);
        other.tiers.forEach(
                (key, sums) -> tiers.computeIfAbsent(key, _ -> new Tally()).add(sums));
        firstByte.add(other.firstByte);
        whole.add(other.whole);
    }

    Slot copy() {
        Slot copy = new Slot(index);
        copy.add(this);
        return copy;
    }

    long index() {
        return index;
    }

    Tally tally() {
        return tally;
    }

    Map<TierKey, Tally> tiers() {
        return tiers;
    }

    /** To the answer's first byte, of requests that were answered. */
    Histogram firstByte() {
        return firstByte;
    }

    /** To the answer's last byte, of requests that were answered. */
    Histogram whole() {
        return whole;
    }

    /**
     * Which tier of which route.
     *
     * @param route a route that the gateway knows, or empty: a name that nobody knows is a caller's text, and there could
     *     be any number of them
     * @param tier empty where nobody answered
     */
    record TierKey(String route, String tier) {}
}
