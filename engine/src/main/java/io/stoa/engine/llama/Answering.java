package io.stoa.engine.llama;

import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Generation.Finish;
import io.stoa.engine.ScoredToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One answer in the making. The {@link Scheduler}'s thread reads and draws its tokens; the caller's thread waits for
 * them, passes them on, and asks whether to stop, so that a slow or failing listener holds nobody else up.
 */
final class Answering {
    /** How long the caller waits before it looks for pieces, and asks again whether to stop. */
    private static final long POLL_NANOS = 5_000_000;

    /**
     * A caller is woken no more often than this, however fast the tokens come: waking a thread costs as much as a small
     * model's token. In between it looks by itself.
     */
    private static final long WAKE_NANOS = 2_000_000;

    private final LlamaModel model;
    private final Sampler sampler;
    private final GenerateOptions options;
    private final int contextTokens;
    private final int promptTokens;
    private final long start = System.nanoTime();
    private final Queue<Event> events = new ConcurrentLinkedQueue<>();
    private final Thread caller = Thread.currentThread();
    private final AnswerText text;
    private final List<ScoredToken> scored = new ArrayList<>();

    /** The prompt, then the answer; the first {@link #read} of them are in the context, {@link #known} are known. */
    private int[] tokens;

    private int known;
    private int read;
    private int sequence = -1;
    private int made;
    private boolean stoppedByText;
    private long lastWoken = start - WAKE_NANOS;
    private Optional<Duration> timeToFirstToken = Optional.empty();
    private volatile boolean cancelled;

    private sealed interface Event {
        record Piece(String text) implements Event {}

        record Done(Generation generation) implements Event {}

        record Failed(RuntimeException failure) implements Event {}
    }

    /**
     * An answer that has not begun, of the thread that will {@link #await} it.
     *
     * @param sampler stays the caller's; nobody uses it after {@link #await} has returned
     * @param heard whether {@link #await} is given a listener that wants the pieces
     */
    Answering(
            LlamaModel model,
            Sampler sampler,
            int[] prompt,
            GenerateOptions options,
            int contextTokens,
            boolean heard) {
        this.model = model;
        this.sampler = sampler;
        this.options = options;
        this.contextTokens = contextTokens;
        this.promptTokens = prompt.length;
        this.tokens = prompt;
        this.known = prompt.length;
        this.text = new AnswerText(options.stop(), heard ? this::tell : piece -> {});
    }

    // ---- the caller's thread

    /** Passes pieces on until the answer has ended. What the listener or the supplier throws ends it and comes out. */
    Generation await(Consumer<String> stream, BooleanSupplier stop) {
        Optional<Throwable> thrown = Optional.empty();
        boolean interrupted = false;
        try {
            while (true) {
                Event event = events.poll();
                if (event == null) {
                    LockSupport.parkNanos(this, POLL_NANOS);
                    event = events.poll();
                }
                if (Thread.interrupted()) {
                    interrupted = true;
                    cancelled = true;
                }
                switch (event) {
                    case Event.Done(Generation generation) -> {
                        thrown.ifPresent(Answering::rethrow);
                        return generation;
                    }
                    case Event.Failed(RuntimeException failure) -> {
                        thrown.ifPresent(Answering::rethrow);
                        throw failure;
                    }
                    case Event.Piece(String piece) -> {
                        if (thrown.isEmpty()) {
                            thrown = attempt(() -> stream.accept(piece));
                            cancelled |= thrown.isPresent();
                        }
                    }
                    case null -> {
                        // Nothing new.
                    }
                }
                if (!cancelled) {
                    thrown = attempt(() -> cancelled = stop.getAsBoolean());
                    cancelled |= thrown.isPresent();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Optional<Throwable> attempt(Runnable callback) {
        try {
            callback.run();
            return Optional.empty();
        } catch (RuntimeException | Error e) {
            return Optional.of(e);
        }
    }

    private static void rethrow(Throwable thrown) {
        switch (thrown) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException("callbacks declare no checked exception", thrown);
        }
    }

    // ---- the scheduler's thread

    boolean cancelled() {
        return cancelled;
    }

    /** The most cells it will take. */
    int cells() {
        return (int) Math.min(contextTokens, (long) promptTokens + options.maxTokens());
    }

    /** Begins in a sequence of its own, with as much of the prompt as another one holds already. */
    void begin(Sequences sequences, Collection<Answering> running) {
        // The last token must be read again: what comes after it is wanted.
        Sequences.Claim claim = sequences.claim(tokens, promptTokens - 1, cells(), running);
        sequence = claim.sequence();
        read = claim.length();
        tokens = Arrays.copyOf(tokens, cells());
    }

    /** Whether it has a sequence. */
    boolean begun() {
        return sequence >= 0;
    }

    int sequence() {
        return sequence;
    }

    /** Whether the prompt has been read, so that a token at a time remains. */
    boolean answers() {
        return known > promptTokens;
    }

    int unread() {
        return known - read;
    }

    /** Adds unread tokens to the batch; the row of the last one, if then all are read. */
    int addTo(LlamaContext context, int count) {
        int row = -1;
        for (int i = 0; i < count; i++) {
            row = context.add(tokens[read], read, sequence, read == known - 1);
            read++;
        }
        return row;
    }

    /** Draws the next token after a row. The reason to end, if it was the last. */
    Optional<Finish> draw(LlamaContext context, int row) {
        int token = sampler.next(context, row);
        if (timeToFirstToken.isEmpty()) {
            timeToFirstToken = Optional.of(elapsed());
        }
        if (model.isEndOfGeneration(token)) {
            return Optional.of(Finish.STOP);
        }
        options.alternatives().ifPresent(count -> {
            Logits logits = context.logits(row);
            scored.add(logits.scored(token, logits.logNormalizer(), count));
        });
        boolean stopped = text.add(model.answerPiece(token));
        made++;
        if (stopped) {
            stoppedByText = true;
            return Optional.of(Finish.STOP);
        }
        if (made == options.maxTokens() || read == contextTokens) {
            return Optional.of(sampler.isComplete() ? Finish.STOP : Finish.LENGTH);
        }
        tokens[known++] = token;
        return Optional.empty();
    }

    /** The prompt and the answer; what comes after the first {@link #read} of them the sequence does not hold. */
    int[] tokens() {
        return tokens;
    }

    int read() {
        return read;
    }

    void finish(Finish finish) {
        if (!stoppedByText) {
            text.end();
        }
        end(new Event.Done(new Generation(
                text.text(), finish, promptTokens, made, timeToFirstToken, elapsed(), List.copyOf(scored))));
    }

    void fail(RuntimeException failure) {
        end(new Event.Failed(failure));
    }

    private void tell(String piece) {
        events.add(new Event.Piece(piece));
        long now = System.nanoTime();
        if (now - lastWoken >= WAKE_NANOS) {
            lastWoken = now;
            LockSupport.unpark(caller);
        }
    }

    private void end(Event event) {
        events.add(event);
        LockSupport.unpark(caller);
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
