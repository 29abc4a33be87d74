package io.stoa.console;

import java.util.OptionalLong;

/**
 * Counts of durations in buckets that grow with the duration: exact below 32 µs, then 16 buckets for each doubling up to
 * 2<sup>37</sup> µs (38 hours), where the last one takes all the rest. A percentile is the middle of its bucket, at most
 * 3.2 % off. Takes 2 kB once something was counted. Not safe for threads.
 */
final class Histogram {
    private static final int EXACT = 32;
    private static final int EXACT_BITS = 5;
    private static final int PER_DOUBLING_BITS = 4;
    private static final int PER_DOUBLING = 1 << PER_DOUBLING_BITS;
    private static final int LAST_EXPONENT = 36;
    private static final int BUCKETS = EXACT + (LAST_EXPONENT - EXACT_BITS + 1) * PER_DOUBLING;
    private static final int[] NOTHING = {};

    private int[] counts = NOTHING;
    private long total;

    void add(long micros) {
        if (counts.length == 0) {
            counts = new int[BUCKETS];
        }
        counts[bucket(micros)]++;
        total++;
    }

    void add(Histogram other) {
        if (other.total == 0) {
            return;
        }
        if (counts.length == 0) {
            counts = new int[BUCKETS];
        }
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            counts[bucket] += other.counts[bucket];
        }
        total += other.total;
    }

    long total() {
        return total;
    }

    /**
     * The duration that a share of all were not longer than, by nearest rank, in µs; empty when nothing was counted.
     *
     * @param share above 0, at most 1
     */
    OptionalLong percentile(double share) {
        if (total == 0) {
            return OptionalLong.empty();
        }
        long rank = Math.max(1, (long) Math.ceil(share * total));
        long seen = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            seen += counts[bucket];
            if (seen >= rank) {
                return OptionalLong.of(middle(bucket));
            }
        }
        throw new IllegalStateException("fewer durations in the buckets than were counted: " + seen + " of " + total);
    }

    private static int bucket(long micros) {
        if (micros < EXACT) {
            return (int) Math.max(0, micros);
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros);
        if (exponent > LAST_EXPONENT) {
            return BUCKETS - 1;
        }
        int within = (int) (micros >>> (exponent - PER_DOUBLING_BITS)) & (PER_DOUBLING - 1);
        return EXACT + (exponent - EXACT_BITS) * PER_DOUBLING + within;
    }

    private static long middle(int bucket) {
        if (bucket < EXACT) {
            return bucket;
        }
        int exponent = EXACT_BITS + (bucket - EXACT) / PER_DOUBLING;
        long width = 1L << (exponent - PER_DOUBLING_BITS);
        int within = (bucket - EXACT) % PER_DOUBLING;
        return (1L << exponent) + within * width + width / 2;
    }
}
