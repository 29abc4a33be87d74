package io.stoa.engine.llama;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/**
 * Something to compute that is not an answer: scores, log-probabilities, embeddings. It is done in turns, between which
 * the {@link Scheduler} lets the answers in the making go on.
 */
abstract class Work<T> {
    private final CompletableFuture<T> outcome = new CompletableFuture<>();

    /**
     * The cells to reserve.
     *
     * @param most how many there are; a work that needs more asks for what it needs, and waits
     */
    abstract int cells(int most);

    /**
     * Goes on for a while.
     *
     * @param cells what was reserved
     * @param cancelled ends a computation when it turns true
     * @return whether all is done
     * @throws Cancelled when it turned true
     */
    abstract boolean turn(LlamaContext context, Sequences sequences, int cells, BooleanSupplier cancelled);

    /** What has been computed, once all is done. */
    abstract T result();

    /** Takes back the sequences that a work holds which ends early. */
    abstract void abandon(Sequences sequences);

    final void complete() {
        outcome.complete(result());
    }

    final void fail(Throwable failure) {
        outcome.completeExceptionally(failure);
    }

    /** Waits for the outcome. */
    final T await() {
        try {
            return outcome.join();
        } catch (CompletionException e) {
            throw switch (e.getCause()) {
                case RuntimeException failure -> failure;
                case Error failure -> throw failure;
                case null, default -> e;
            };
        }
    }

    /** Reads the batch. */
    static void decode(LlamaContext context, BooleanSupplier cancelled) {
        if (!context.decode(cancelled)) {
            throw new Cancelled();
        }
    }

    /** A computation was ended because the engine is closing. */
    static final class Cancelled extends IllegalStateException {
        Cancelled() {
            super("the engine was closed meanwhile");
        }
    }
}
