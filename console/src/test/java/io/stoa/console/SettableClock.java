package io.stoa.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** Shows a time that is set, until it is let go. */
final class SettableClock extends Clock {
    private final AtomicReference<Clock> shown;

    SettableClock(Instant time) {
        shown = new AtomicReference<>(Clock.fixed(time, ZoneOffset.UTC));
    }

    void set(Instant time) {
        shown.set(Clock.fixed(time, ZoneOffset.UTC));
    }

    void advance(Duration by) {
        set(instant().plus(by));
    }

    /** From now on it runs. */
    void run() {
        shown.set(Clock.systemUTC());
    }

    @Override
    public Instant instant() {
        return shown.get().instant();
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("the console asks for no other zone");
    }
}
