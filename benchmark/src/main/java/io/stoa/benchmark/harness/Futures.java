package io.stoa.benchmark.harness;

import io.stoa.model.StoaException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** What other threads have made. */
final class Futures {
    private Futures() {}

    /**
     * Waits for a result.
     *
     * @throws RuntimeException what the other thread threw
     */
    static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoaException(StoaException.Kind.RESOURCES, "interrupted; what was answered is kept", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
