package io.stoa.console;

import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.End;
import java.util.EnumMap;
import java.util.Map;

/** Sums over requests. Not safe for threads. */
final class Tally {
    private final Map<End, Long> ends = new EnumMap<>(End.class);
    private long lower;
    private long upper;
    private long promptTokens;
    private long completionTokens;
    private long costMicros;
    private long savedMicros;

    void add(RequestRecord ended, Share share, long saved) {
        ends.merge(ended.end(), 1L, Long::sum);
        switch (share) {
            case LOWER -> lower++;
            case UPPER -> upper++;
            case NONE -> {}
        }
        promptTokens += ended.usage().prompt();
        completionTokens += ended.usage().completion();
        costMicros += ended.costMicros();
        savedMicros += saved;
    }

    void add(Tally other) {
        other.ends.forEach((end, count) -> ends.merge(end, count, Long::sum));
        lower += other.lower;
        upper += other.upper;
        promptTokens += other.promptTokens;
        completionTokens += other.completionTokens;
        costMicros += other.costMicros;
        savedMicros += other.savedMicros;
    }

    Tally copy() {
        Tally copy = new Tally();
        copy.add(this);
        return copy;
    }

    long of(End end) {
        return ends.getOrDefault(end, 0L);
    }

    long answered() {
        return of(End.SERVED) + of(End.ESCALATED) + of(End.FELL_BACK);
    }

    /** Answered by the lowest of several tiers: what "local" means here. */
    long lower() {
        return lower;
    }

    /** Answered by a higher one of several tiers. */
    long upper() {
        return upper;
    }

    long promptTokens() {
        return promptTokens;
    }

    long completionTokens() {
        return completionTokens;
    }

    long costMicros() {
        return costMicros;
    }

    long savedMicros() {
        return savedMicros;
    }

    /** Whether a request counts for the share of the lowest tier. */
    enum Share {
        LOWER,
        UPPER,
        /** Not answered, or its route has one tier only. */
        NONE
    }
}
