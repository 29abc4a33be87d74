package io.stoa.engine;

/** How an engine shares its work between calls. */
public sealed interface Batching {
    /**
     * Each call by itself, from an empty context and in fixed shapes: equal calls give bit-identical results, whatever
     * was asked before, beside or after. For measuring.
     */
    record Alone() implements Batching {}

    /**
     * Calls run side by side in one batch, join and leave between two tokens, and reuse what is kept of a
     * prefix that was read before. Results then depend on the batch by the noise of its shapes (hundredths of a nat
     * on quantized models). For serving, and for scoring much that begins alike.
     *
     * @param slots the most answers in the making at once
     * @param cacheTokens tokens that all of them share; a call that does not fit now waits. Up to as many tokens of
     *     prefixes are kept besides, in ordinary memory, which then takes as much again as the KV cache
     * @param queue the most calls that may wait; one more is refused
     */
    record Continuous(int slots, int cacheTokens, int queue) implements Batching {
        /** What llama.cpp allows ({@code LLAMA_MAX_SEQ}), less the sequences that hold kept prefixes. */
        private static final int MOST_SLOTS = 128;

        public Continuous {
            if (slots < 1 || slots > MOST_SLOTS) {
                throw new IllegalArgumentException("slots are 1 to " + MOST_SLOTS + ": " + slots);
            }
            if (cacheTokens < 1) {
                throw new IllegalArgumentException("the cache must hold tokens: " + cacheTokens);
            }
            if (queue < 0) {
                throw new IllegalArgumentException("the queue's length is negative: " + queue);
            }
        }
    }
}
