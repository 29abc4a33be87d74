package io.stoa.hardware.speed;

/**
 * Threads that work together.
 *
 * @param count how many
 * @param handOver the seconds until one of them sees what another wrote; 0 for one
 */
record Threads(int count, double handOver) {
    /** One alone. */
    static final Threads ONE = new Threads(1, 0);
}
