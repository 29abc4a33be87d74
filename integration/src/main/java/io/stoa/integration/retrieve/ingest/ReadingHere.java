package io.stoa.integration.retrieve.ingest;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Parses in this process, each document in a thread of its own. A parser that neither ends nor looks at the clock is left
 * behind: its thread goes on until it ends, which {@link ReadingApart} does not allow.
 */
final class ReadingHere implements Reading {
    /** Parsers recurse; what overflows this is an attack. */
    private static final long STACK = 16L << 20;

    private static final long GRACE_MILLIS = 500;

    private final Limits limits;

    ReadingHere(Limits limits) {
        this.limits = limits;
    }

    private sealed interface Outcome {
        record Read(Parsed parsed) implements Outcome {}

        record Refused(Unreadable reason) implements Outcome {}
    }

    @Override
    public Parsed read(Format format, byte[] content) throws Unreadable {
        AtomicReference<Outcome> outcome = new AtomicReference<>(new Outcome.Refused(Gathered.tooSlow(limits)));
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        outcome.set(new Outcome.Read(Parsing.of(format, content, limits)));
                    } catch (Unreadable e) {
                        outcome.set(new Outcome.Refused(e));
                    }
                },
                "parsing",
                STACK);
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join(limits.patience().toMillis() + GRACE_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
        return switch (outcome.get()) {
            case Outcome.Read read -> read.parsed();
            case Outcome.Refused refused -> throw refused.reason();
        };
    }

    @Override
    public void close() {}
}
