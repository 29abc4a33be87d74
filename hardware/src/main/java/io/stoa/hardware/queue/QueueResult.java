package io.stoa.hardware.queue;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/**
 * What a simulation saw. Times are in seconds.
 *
 * @param served requests that were answered
 * @param dropped requests that were turned away because the queue was full or they could never be held
 * @param waiting from arrival until the work on a request begins
 * @param timeToFirstToken from arrival; for servers without tokens the whole time
 * @param timePerOutputToken from token to token of an answer, on average over the answer; answers of one token have
 *     none
 * @param latency from arrival until the answer is complete
 * @param utilisation the share of the time in which servers, or the engine, worked
 * @param meanQueue requests that waited, on average over time
 * @param meanActive requests that were worked on, on average over time
 * @param seconds from the first arrival until the last answer
 */
public record QueueResult(
        int served,
        int dropped,
        Times waiting,
        Times timeToFirstToken,
        Times timePerOutputToken,
        Times latency,
        double utilisation,
        double meanQueue,
        double meanActive,
        double seconds) {
    public QueueResult {
        requireNonNull(waiting, "waiting");
        requireNonNull(timeToFirstToken, "timeToFirstToken");
        requireNonNull(timePerOutputToken, "timePerOutputToken");
        requireNonNull(latency, "latency");
    }

    /**
     * How times are distributed.
     *
     * @param n how many there are
     * @param mean their mean, 0 of none
     * @param median the value that half of them do not exceed (nearest rank, as the others)
     * @param p90 the value that 90 % do not exceed
     * @param p95 the value that 95 % do not exceed
     * @param p99 the value that 99 % do not exceed
     * @param max the largest
     */
    public record Times(int n, double mean, double median, double p90, double p95, double p99, double max) {
        /** Sorts the first n values in place. */
        static Times of(double[] values, int n) {
            if (n == 0) {
                return new Times(0, 0, 0, 0, 0, 0, 0);
            }
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += values[i];
            }
            Arrays.sort(values, 0, n);
            return new Times(
                    n,
                    sum / n,
                    values[rank(n, 0.5)],
                    values[rank(n, 0.9)],
                    values[rank(n, 0.95)],
                    values[rank(n, 0.99)],
                    values[n - 1]);
        }

        private static int rank(int n, double share) {
            return Math.max(0, (int) Math.ceil(share * n) - 1);
        }
    }
}
