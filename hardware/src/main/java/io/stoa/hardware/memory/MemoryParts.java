package io.stoa.hardware.memory;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Bytes;

/**
 * The buffers of one opened model, predicted or as llama.cpp reports them.
 *
 * @param weights the weights in the file's order ({@code CPU} or {@code CPU_Mapped} model buffer)
 * @param repacked the weights in the kernels' order ({@code CPU_REPACK} model buffer)
 * @param keysAndValues the cache ({@code KV} buffers)
 * @param compute the intermediate tensors of one micro-batch ({@code compute} buffer)
 * @param output the logits handed to the caller ({@code output} buffer)
 */
public record MemoryParts(Bytes weights, Bytes repacked, Bytes keysAndValues, Bytes compute, Bytes output) {
    /** What a process takes besides: heap, tokenizer tables, thread stacks. */
    public static final Bytes PROCESS = Bytes.mebibytes(256);

    public MemoryParts {
        requireNonNull(weights, "weights");
        requireNonNull(repacked, "repacked");
        requireNonNull(keysAndValues, "keysAndValues");
        requireNonNull(compute, "compute");
        requireNonNull(output, "output");
    }

    /** All of them together. */
    public Bytes total() {
        return weights.plus(repacked).plus(keysAndValues).plus(compute).plus(output);
    }

    /** What a machine must have for them: all of them and the process. */
    public Bytes need() {
        return total().plus(PROCESS);
    }
}
