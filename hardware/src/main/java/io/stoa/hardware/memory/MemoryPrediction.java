package io.stoa.hardware.memory;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Bytes;

/** What can be said about a model's memory before it is loaded; how exactly is a part of its type. */
public sealed interface MemoryPrediction {
    /** All buffers have a number, whether to the byte or not. */
    sealed interface Planned extends MemoryPrediction {
        /** The buffers. */
        MemoryParts parts();

        /** The context that llama.cpp will really make, rounded up. */
        long contextTokens();
    }

    /**
     * Every buffer is known to the byte.
     *
     * @param parts the buffers
     * @param contextTokens the context that llama.cpp will really make, rounded up
     */
    record Known(MemoryParts parts, long contextTokens) implements Planned {
        public Known {
            requireNonNull(parts, "parts");
        }
    }

    /**
     * Weights, caches and output are known, and the compute buffer is estimated.
     *
     * @param parts the buffers
     * @param contextTokens the context that llama.cpp will really make, rounded up
     * @param reason a clause that says why the compute buffer is no more than an estimate
     */
    record Estimated(MemoryParts parts, long contextTokens, String reason) implements Planned {
        public Estimated {
            requireNonNull(parts, "parts");
            if (reason.isBlank()) {
                throw new IllegalArgumentException("an estimate says why it is one");
            }
        }
    }

    /**
     * Only the weights are known.
     *
     * @param weights the weights as they lie in the file: a lower bound of the whole
     * @param reason a clause that says what is missing, such as "the architecture kimi-k3 is not modelled"
     */
    record Unknown(Bytes weights, String reason) implements MemoryPrediction {
        public Unknown {
            requireNonNull(weights, "weights");
            if (reason.isBlank()) {
                throw new IllegalArgumentException("an unknown prediction says why");
            }
        }
    }
}
