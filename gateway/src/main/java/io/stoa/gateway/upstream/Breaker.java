package io.stoa.gateway.upstream;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Keeps requests from an upstream that fails. Closed while fewer than half of the last ten seconds' requests failed; then
 * open for some time, doubled with every failed probe; then half-open: one request at a time is let through, and three
 * successes close it. Failures in the middle of streams count like those at their beginning.
 */
final class Breaker {
    private static final int SLICES = 10;
    private static final long SLICE_NANOS = 1_000_000_000L;
    private static final int FEWEST = 10;
    private static final double WORST_SHARE = 0.5;
    private static final int PROBES = 3;
    private static final long FIRST_REST_NANOS = 5 * SLICE_NANOS;
    private static final long LONGEST_REST_NANOS = 60 * SLICE_NANOS;

    private final LongSupplier nanos;
    private final int[] good = new int[SLICES];
    private final int[] bad = new int[SLICES];
    private BreakerState state = BreakerState.CLOSED;
    private long slice;
    private long restNanos = FIRST_REST_NANOS;
    private long openUntil;
    private boolean probing;
    private int probesPassed;

    Breaker(LongSupplier nanos) {
        this.nanos = nanos;
        this.slice = nanos.getAsLong() / SLICE_NANOS;
    }

    /** Whether a request may go. One that may is told of by exactly one of the three methods below. */
    synchronized boolean admits() {
        if (state == BreakerState.CLOSED) {
            return true;
        }
        if (state == BreakerState.OPEN) {
            if (nanos.getAsLong() - openUntil < 0) {
                return false;
            }
            state = BreakerState.HALF_OPEN;
            probesPassed = 0;
            probing = false;
        }
        if (probing) {
            return false;
        }
        probing = true;
        return true;
    }

    synchronized void succeeded() {
        turn();
        good[(int) (slice % SLICES)]++;
        if (state == BreakerState.HALF_OPEN) {
            probing = false;
            probesPassed++;
            if (probesPassed >= PROBES) {
                close();
            }
        }
    }

    synchronized void failed() {
        turn();
        bad[(int) (slice % SLICES)]++;
        if (state == BreakerState.HALF_OPEN) {
            probing = false;
            restNanos = Math.min(LONGEST_REST_NANOS, restNanos * 2);
            open();
        } else if (state == BreakerState.CLOSED && isBad()) {
            open();
        }
    }

    /** It ended without a judgement: its caller left. */
    synchronized void abandoned() {
        probing = false;
    }

    /** Half-open from the end of the rest on, though nobody has asked yet. */
    synchronized BreakerState state() {
        return state == BreakerState.OPEN && nanos.getAsLong() - openUntil >= 0 ? BreakerState.HALF_OPEN : state;
    }

    private boolean isBad() {
        int failures = Arrays.stream(bad).sum();
        int all = failures + Arrays.stream(good).sum();
        return all >= FEWEST && failures >= all * WORST_SHARE;
    }

    private void open() {
        state = BreakerState.OPEN;
        openUntil = nanos.getAsLong() + restNanos;
    }

    private void close() {
        state = BreakerState.CLOSED;
        restNanos = FIRST_REST_NANOS;
        Arrays.fill(good, 0);
        Arrays.fill(bad, 0);
    }

    /** Empties the slices that have passed since the last event. */
    private void turn() {
        long now = nanos.getAsLong() / SLICE_NANOS;
        for (long passed = Math.max(slice + 1, now - SLICES + 1); passed <= now; passed++) {
            good[(int) (passed % SLICES)] = 0;
            bad[(int) (passed % SLICES)] = 0;
        }
        slice = now;
    }
}
