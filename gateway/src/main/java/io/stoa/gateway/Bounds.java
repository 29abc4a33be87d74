package io.stoa.gateway;

import java.time.Duration;

/**
 * What is taken from outside at most.
 *
 * @param bodyBytes of a request
 * @param answerBytes of an answer that is not streamed
 * @param eventBytes of one event of a stream
 * @param requests under way at once, over all upstreams; more are sent away
 * @param connections open at once; more are closed
 * @param sending how long a caller may take to send a request
 * @param idle how long a connection may be without a request
 * @param replayBytes of answers kept for repeated idempotency keys, all together
 * @param replayTime how long they are kept
 */
public record Bounds(
        int bodyBytes,
        int answerBytes,
        int eventBytes,
        int requests,
        int connections,
        Duration sending,
        Duration idle,
        int replayBytes,
        Duration replayTime) {
    private static final int MIB = 1024 * 1024;

    public static final Bounds DEFAULT = new Bounds(
            16 * MIB,
            32 * MIB,
            MIB,
            4096,
            16_384,
            Duration.ofSeconds(30),
            Duration.ofSeconds(75),
            32 * MIB,
            Duration.ofMinutes(10));

    public Bounds {
        for (int each : new int[] {bodyBytes, answerBytes, eventBytes, requests, connections, replayBytes}) {
            if (each < 1) {
                throw new IllegalArgumentException("a bound is at least 1: " + each);
            }
        }
        for (Duration each : new Duration[] {sending, idle, replayTime}) {
            if (each.isNegative() || each.isZero()) {
                throw new IllegalArgumentException("a bound in time is positive: " + each);
            }
        }
    }

    public Bounds withBytes(int newBody, int newAnswer, int newEvent) {
        return new Bounds(newBody, newAnswer, newEvent, requests, connections, sending, idle, replayBytes, replayTime);
    }

    public Bounds withCounts(int newRequests, int newConnections) {
        return new Bounds(
                bodyBytes,
                answerBytes,
                eventBytes,
                newRequests,
                newConnections,
                sending,
                idle,
                replayBytes,
                replayTime);
    }

    public Bounds withTimes(Duration newSending, Duration newIdle) {
        return new Bounds(
                bodyBytes,
                answerBytes,
                eventBytes,
                requests,
                connections,
                newSending,
                newIdle,
                replayBytes,
                replayTime);
    }

    public Bounds withReplays(int newBytes, Duration newTime) {
        return new Bounds(bodyBytes, answerBytes, eventBytes, requests, connections, sending, idle, newBytes, newTime);
    }
}
