package io.stoa.engine.llama;

import io.stoa.engine.GenerateOptions;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Chooses tokens for one answer: the most likely one at temperature 0, else llama.cpp's chain with a seeded draw. */
final class Sampler implements AutoCloseable {
    private final LlamaLibrary library;
    private final Optional<MemorySegment> chain;

    Sampler(LlamaLibrary library, GenerateOptions options) {
        this.library = library;
        this.chain = options.temperature() == 0
                ? Optional.empty()
                : Optional.of(library.newSampler(
                        options.topK(),
                        (float) options.topP(),
                        (float) options.minP(),
                        (float) options.temperature(),
                        seed(options.seed())));
    }

    /** llama.cpp takes 32 bits, and reads all ones ({@code LLAMA_DEFAULT_SEED}) as "take a random seed". */
    private static int seed(long seed) {
        int folded = Long.hashCode(seed);
        return folded == 0xFFFFFFFF ? 0 : folded;
    }

    /** The token after a row of the context's last batch. */
    int next(LlamaContext context, int row) {
        // Checked for both: the native chain ends the process on logits that are not numbers.
        Logits logits = context.logits(row);
        return chain.map(samplers -> context.sample(samplers, row)).orElseGet(logits::mostLikely);
    }

    @Override
    public void close() {
        chain.ifPresent(library::freeSampler);
    }
}
