package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.hardware.memory.MemorySettings;
import io.stoa.hardware.memory.Repacking;
import java.util.OptionalDouble;

/**
 * What each device is asked for. Answers are generated one at a time.
 *
 * @param promptTokens a typical prompt
 * @param answerTokens a typical answer
 * @param contextTokens the longest prompt and answer together, which the cache must hold
 * @param sequences conversations that are kept in the cache at the same time
 * @param cacheType the type of keys and values
 * @param flashAttention whether attention is computed in tiles, without a matrix of the context's length
 * @param requestsPerDay of one device; empty where it is not known
 * @param leastTokensPerSecond the slowest generation that is bearable, if any
 */
public record Workload(
        int promptTokens,
        int answerTokens,
        int contextTokens,
        int sequences,
        GgmlType cacheType,
        boolean flashAttention,
        OptionalDouble requestsPerDay,
        OptionalDouble leastTokensPerSecond) {
    public Workload {
        requireNonNull(cacheType, "cacheType");
        requireNonNull(requestsPerDay, "requestsPerDay");
        requireNonNull(leastTokensPerSecond, "leastTokensPerSecond");
        if (promptTokens < 1 || answerTokens < 1 || sequences < 1) {
            throw new IllegalArgumentException("prompt, answer and sequences must be positive");
        }
        if (contextTokens < (long) promptTokens + answerTokens) {
            throw new IllegalArgumentException("a context of " + contextTokens + " tokens does not hold a prompt of "
                    + promptTokens + " and an answer of " + answerTokens);
        }
    }

    /** How llama.cpp is opened for it at another context. Windows are no longer than they are, as on small devices. */
    MemorySettings settings(int context) {
        return MemorySettings.of(context, sequences, Repacking.NONE)
                .withShortWindows()
                .withCache(cacheType, flashAttention);
    }
}
