package io.stoa.gateway.upstream;

import java.time.Duration;

/**
 * How long an upstream is waited for, how often it is asked, and how many requests it gets at once.
 *
 * @param connect for a connection
 * @param firstByte from the request's last byte to the answer's first
 * @param idle between two parts of an answer
 * @param retries how often one upstream is asked again
 * @param backoff the longest wait before the first repetition; doubled for each further one
 * @param mostBackoff the longest wait before any repetition
 * @param budgetShare repetitions as a share of requests that is not exceeded, such as 0.1
 * @param inFlight requests that one upstream gets at once
 * @param waiting requests that may wait for one upstream
 * @param longestWait how long they may
 */
public record Patience(
        Duration connect,
        Duration firstByte,
        Duration idle,
        int retries,
        Duration backoff,
        Duration mostBackoff,
        double budgetShare,
        int inFlight,
        int waiting,
        Duration longestWait) {
    /** Two attempts, a tenth more requests than were asked for at most, a minute to think. */
    public static final Patience DEFAULT = new Patience(
            Duration.ofSeconds(3),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            1,
            Duration.ofMillis(100),
            Duration.ofSeconds(5),
            0.1,
            512,
            1024,
            Duration.ofSeconds(5));

    public Patience {
        if (retries < 0 || retries > 10) {
            throw new IllegalArgumentException("an upstream is asked again 0 to 10 times: " + retries);
        }
        if (!(budgetShare >= 0 && budgetShare <= 1)) {
            throw new IllegalArgumentException("a share is from 0 to 1: " + budgetShare);
        }
        if (inFlight < 1 || waiting < 0) {
            throw new IllegalArgumentException("an upstream gets at least one request, and none less than none wait: "
                    + inFlight + ", " + waiting);
        }
        for (Duration each : new Duration[] {connect, firstByte, idle, backoff, mostBackoff, longestWait}) {
            if (each.isNegative() || each.isZero()) {
                throw new IllegalArgumentException("patience is positive: " + each);
            }
        }
    }

    public Patience withTimes(Duration newConnect, Duration newFirstByte, Duration newIdle) {
        return new Patience(
                newConnect,
                newFirstByte,
                newIdle,
                retries,
                backoff,
                mostBackoff,
                budgetShare,
                inFlight,
                waiting,
                longestWait);
    }

    public Patience withRetries(int newRetries) {
        return new Patience(
                connect,
                firstByte,
                idle,
                newRetries,
                backoff,
                mostBackoff,
                budgetShare,
                inFlight,
                waiting,
                longestWait);
    }

    public Patience withRoom(int newInFlight, int newWaiting, Duration newLongestWait) {
        return new Patience(
                connect,
                firstByte,
                idle,
                retries,
                backoff,
                mostBackoff,
                budgetShare,
                newInFlight,
                newWaiting,
                newLongestWait);
    }
}
