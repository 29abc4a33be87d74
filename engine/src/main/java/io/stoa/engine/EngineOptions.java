package io.stoa.engine;

/**
 * How to open a model.
 *
 * @param contextTokens the context per sequence
 * @param threads native threads; more than there are idle cores makes generation many times slower
 */
public record EngineOptions(int contextTokens, int threads) {
    public EngineOptions {
        if (contextTokens < 1) {
            throw new IllegalArgumentException("context must be positive: " + contextTokens);
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be positive: " + threads);
        }
    }
}
