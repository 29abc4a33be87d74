package io.stoa.engine.llama;

import io.stoa.model.Bytes;
import java.util.List;
import java.util.function.Function;

/**
 * What llama.cpp allocates for a model and a context, in exact bytes, by buffer type. Not in it: the output buffer (4
 * bytes × vocabulary × rows asked for), the vocabulary, and the graph's bookkeeping, about 22 MiB per context for models
 * of few layers (measured with malloc's own count, llama.cpp v0.5.0).
 *
 * @param buffers one entry per buffer type
 */
public record MemoryReport(List<Buffer> buffers) {
    /**
     * The buffers of one type.
     *
     * @param type ggml's name of it: {@code CPU}, {@code CPU_REPACK} (weights in a layout for this processor)
     * @param model weights
     * @param context keys, values and recurrent state
     * @param compute intermediate results of the largest micro-batch
     */
    public record Buffer(String type, Bytes model, Bytes context, Bytes compute) {
        public Buffer {
            if (type.isBlank()) {
                throw new IllegalArgumentException("a buffer type needs a name");
            }
        }
    }

    public MemoryReport {
        buffers = List.copyOf(buffers);
    }

    /** All weights. */
    public Bytes model() {
        return sum(Buffer::model);
    }

    /** Keys, values and recurrent state. */
    public Bytes context() {
        return sum(Buffer::context);
    }

    /** Intermediate results. */
    public Bytes compute() {
        return sum(Buffer::compute);
    }

    public Bytes total() {
        return model().plus(context()).plus(compute());
    }

    private Bytes sum(Function<Buffer, Bytes> part) {
        return buffers.stream().map(part).reduce(Bytes.ZERO, Bytes::plus);
    }
}
