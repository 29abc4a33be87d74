package io.stoa.gateway.policy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A limit of units a minute by the generic cell rate algorithm (ITU-T I.371), which needs one number: when the bucket will
 * be full again. A full bucket holds the units of one minute, so after a rest up to twice the limit passes within one
 * minute; in the long run, the limit.
 *
 * <p>The limit is given at each call, since it may be changed and shared with other gateways.
 */
final class RateLimit {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    /** What {@link #take} answers when waiting does not help: more units than the bucket ever holds. */
    static final long NEVER = Long.MAX_VALUE;

    private final AtomicLong full;

    RateLimit(long nanos) {
        full = new AtomicLong(nanos);
    }

    /**
     * Takes units.
     *
     * @param limit units a minute
     * @return 0 when they were taken, else the nanoseconds until they could be, or {@link #NEVER}
     */
    long take(long units, long limit, long nanos) {
        long cost = cost(units, limit);
        if (units > limit) {
            return NEVER;
        }
        long then;
        long next;
        do {
            then = full.get();
            next = (then - nanos > 0 ? then : nanos) + cost;
            if (next - nanos > MINUTE) {
                return next - nanos - MINUTE;
            }
        } while (!full.compareAndSet(then, next));
        return 0;
    }

    /** Gives units back that were taken and not used; a negative number takes more, even beyond the limit. */
    void giveBack(long units, long limit) {
        full.addAndGet(units >= 0 ? -cost(units, limit) : cost(-units, limit));
    }

    private static long cost(long units, long limit) {
        return (long) Math.min(Math.ceil((double) units * MINUTE / limit), (double) MINUTE * MINUTE);
    }

    /** How many units could be taken now. */
    long remaining(long limit, long nanos) {
        return (long) ((double) (MINUTE - Math.min(MINUTE, untilFull(nanos))) * limit / MINUTE);
    }

    /** In how many nanoseconds it is full again. */
    long untilFull(long nanos) {
        return Math.max(0, full.get() - nanos);
    }
}
