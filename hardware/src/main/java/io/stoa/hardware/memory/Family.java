package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgufHeader;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The architectures whose graphs are modelled: decoders of one shape that differ in a few places. Each constant was
 * checked against llama.cpp's own report; see the tests. What {@link Architecture} has beyond them is answered with an
 * estimate of the compute buffer, and what is missing there too with "unknown".
 */
enum Family {
    LLAMA,
    MISTRAL3,
    GRANITE,
    QWEN2,
    QWEN3,
    QWEN3MOE,
    SMOLLM3,
    PHI3,
    GEMMA2,
    GEMMA3;

    static Optional<Family> of(GgufHeader header) {
        return Arrays.stream(values())
                .filter(family -> family.name().toLowerCase(Locale.ROOT).equals(header.architecture()))
                .findFirst();
    }

    /** Whether a norm follows attention and feed-forward too, before the residual is added. */
    boolean sandwichNorms() {
        return this == GEMMA2 || this == GEMMA3;
    }

    /** Whether llama.cpp evaluates a layer's values last, after its keys. */
    boolean keysBeforeValues() {
        return this == GEMMA2 || this == GEMMA3;
    }

    /** Whether the residual is the first operand of a layer's last addition. */
    boolean residualFirst() {
        return this == PHI3;
    }

    /** Whether a layer turns queries and keys by their positions: SmolLM3 leaves out every fourth layer. */
    boolean rotates(int layer) {
        return this != SMOLLM3 || (layer + 1) % 4 != 0;
    }

    /** The tokens that a layer with a sliding window looks back on; 0 where there are no such layers. */
    long window(GgufHeader header) {
        return switch (this) {
            case LLAMA, MISTRAL3, GRANITE, QWEN2, QWEN3, QWEN3MOE, SMOLLM3, PHI3 -> 0;
            case GEMMA2 -> header.hyperParameter("attention.sliding_window").orElse(4096);
            case GEMMA3 -> header.hyperParameter("attention.sliding_window").orElse(0);
        };
    }

    /** The length of the repeating pattern of layers with a sliding window, of which the last has none. */
    long windowPattern() {
        return switch (this) {
            case LLAMA, MISTRAL3, GRANITE, QWEN2, QWEN3, QWEN3MOE, SMOLLM3, PHI3 -> 1;
            case GEMMA2 -> 2;
            case GEMMA3 -> 6;
        };
    }
}
