package io.stoa.hardware.quant;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.llama.ImportanceMatrix;
import io.stoa.engine.llama.LlamaRuntime;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What rungs are made of and measured with.
 *
 * @param runtime makes them and reads them
 * @param base the F16, BF16 or F32 file
 * @param baseDigest its SHA-256
 * @param text that is read
 * @param importance for types that are fitted to it
 * @param importanceDigest the SHA-256 of its file; empty without one
 * @param window the length of a window in tokens; its first half is only read
 * @param seed of the windows' order
 * @param threads native threads
 */
public record LadderSource(
        LlamaRuntime runtime,
        Path base,
        String baseDigest,
        String text,
        Optional<ImportanceMatrix> importance,
        String importanceDigest,
        int window,
        long seed,
        int threads) {
    public LadderSource {
        requireNonNull(runtime, "runtime");
        requireNonNull(base, "base");
        requireNonNull(baseDigest, "baseDigest");
        requireNonNull(text, "text");
        requireNonNull(importance, "importance");
        requireNonNull(importanceDigest, "importanceDigest");
    }
}
