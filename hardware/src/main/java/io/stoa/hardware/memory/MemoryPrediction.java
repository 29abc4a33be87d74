package io.stoa.hardware.memory;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Bytes;

/** What can be said about a model's memory before it is loaded. */
public sealed interface MemoryPrediction {
    /**
     * Every buffer is known.
     *
     * @param parts the buffers
     * @param contextTokens the context that llama.cpp will really make, rounded up
     */
    record Known(MemoryParts parts, long contextTokens) implements MemoryPrediction {
        public Known {
            requireNonNull(parts, "parts");
        }
    }

    /**
     * Only the weights are known.
     *
     * @param weights the weights as they lie in the file: a lower bound of the whole
     * @param reason a clause that says what is missing, such as "the architecture mamba is not modelled"
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
