package io.stoa.engine;

import static java.util.Objects.requireNonNull;

/**
 * How to open a model.
 *
 * @param contextTokens the context per sequence
 * @param threads native threads; more than there are idle cores makes generation many times slower
 * @param batching how calls share the work
 */
public record EngineOptions(int contextTokens, int threads, Batching batching) {
    public EngineOptions {
        requireNonNull(batching, "batching");
        if (contextTokens < 1) {
            throw new IllegalArgumentException("context must be positive: " + contextTokens);
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be positive: " + threads);
        }
        if (batching instanceof Batching.Continuous shared && shared.cacheTokens() < contextTokens) {
            throw new IllegalArgumentException(
                    "a cache of " + shared.cacheTokens() + " tokens does not hold one context of " + contextTokens);
        }
    }

    /** For measuring: each call alone. */
    public EngineOptions(int contextTokens, int threads) {
        this(contextTokens, threads, new Batching.Alone());
    }

    /** For serving: so many answers at once, each with a whole context. */
    public static EngineOptions serving(int contextTokens, int threads, int slots) {
        return new EngineOptions(
                contextTokens,
                threads,
                new Batching.Continuous(slots, Math.multiplyExact(contextTokens, slots), 16 * slots));
    }
}
