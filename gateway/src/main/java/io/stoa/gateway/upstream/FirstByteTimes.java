package io.stoa.gateway.upstream;

import java.util.OptionalLong;

/**
 * How long an upstream takes to begin an answer: counts in classes that grow by a quarter power of two, halved now and
 * then so that old times fade.
 */
final class FirstByteTimes {
    private static final int CLASSES = 160;
    private static final int PER_DOUBLING = 4;
    private static final int FEWEST = 20;
    private static final int FADE_AT = 4096;
    private static final double SHARE = 0.95;

    private final int[] counts = new int[CLASSES];
    private int sum;

    synchronized void add(long micros) {
        double doublings = Math.log((double) Math.max(1, micros)) / Math.log(2);
        counts[(int) Math.min(CLASSES - 1, Math.round(doublings * PER_DOUBLING))]++;
        sum++;
        if (sum >= FADE_AT) {
            fade();
        }
    }

    /** The time within which 95 % begin, in µs, within a fifth; absent while too few are known. */
    synchronized OptionalLong p95Micros() {
        if (sum < FEWEST) {
            return OptionalLong.empty();
        }
        int below = 0;
        int at = 0;
        while (below + counts[at] < sum * SHARE) {
            below += counts[at];
            at++;
        }
        return OptionalLong.of(Math.round(Math.pow(2, (at + 0.5) / PER_DOUBLING)));
    }

    private void fade() {
        sum = 0;
        for (int i = 0; i < CLASSES; i++) {
            counts[i] /= 2;
            sum += counts[i];
        }
    }
}
