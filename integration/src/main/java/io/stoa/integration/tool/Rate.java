package io.stoa.integration.tool;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/** At most so many in any one minute. For several threads. */
public final class Rate {
    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final int most;
    private final InstantSource clock;
    private final Deque<Instant> recent = new ArrayDeque<>();

    public Rate(int most, InstantSource clock) {
        this.most = most;
        this.clock = clock;
    }

    /** Whether one more fits; then it is counted. */
    public synchronized boolean take() {
        Instant now = clock.instant();
        while (!recent.isEmpty() && !recent.peekFirst().plus(WINDOW).isAfter(now)) {
            recent.removeFirst();
        }
        if (recent.size() >= most) {
            return false;
        }
        recent.addLast(now);
        return true;
    }
}
