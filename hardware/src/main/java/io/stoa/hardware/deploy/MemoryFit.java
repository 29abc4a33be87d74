package io.stoa.hardware.deploy;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.hardware.memory.MemoryPrediction;
import io.stoa.hardware.memory.MemoryPredictor;
import io.stoa.hardware.memory.MemorySettings;
import io.stoa.hardware.memory.Repacking;
import io.stoa.model.Bytes;

/** Whether llama.cpp's buffers for a deployment fit a machine, and which limit the service needs. */
public sealed interface MemoryFit {
    /**
     * It fits.
     *
     * @param need the predicted buffers and what the process takes besides
     * @param limit the need with room for what no prediction knows, such as a kernel's own pages for the process: a tenth
     *     more and no less than 256 MiB, at most what the machine has
     */
    record Fits(Bytes need, Bytes limit) implements MemoryFit {}

    /** It does not. */
    record TooBig(Bytes need, Bytes memory) implements MemoryFit {}

    /**
     * The weights are known, the rest is not.
     *
     * @param weights what is needed at least
     * @param reason a clause
     */
    record Unknown(Bytes weights, String reason) implements MemoryFit {}

    /** Heap, tokenizer tables and thread stacks, beside the model's buffers. */
    Bytes PROCESS = Bytes.mebibytes(256);

    /**
     * All layers on the processor.
     *
     * @param memory what the machine lets a process have
     */
    static MemoryFit of(GgufHeader header, Deployment.Load load, Repacking repacking, Bytes memory) {
        MemorySettings usual = MemorySettings.of(load.contextTokens(), load.parallel(), repacking);
        GgmlType cache = type(load.cache());
        MemorySettings settings = new MemorySettings(
                usual.contextTokens(),
                usual.sequences(),
                usual.batch(),
                usual.microBatch(),
                usual.outputRows(),
                cache,
                cache,
                usual.flashAttention(),
                usual.unified(),
                usual.fullWindow(),
                usual.mapped(),
                usual.repacking());
        return switch (new MemoryPredictor().predict(header, settings)) {
            case MemoryPrediction.Planned planned -> of(planned.parts().total().plus(PROCESS), memory);
            case MemoryPrediction.Unknown(Bytes weights, String reason) ->
                weights.compareTo(memory) > 0 ? new TooBig(weights, memory) : new Unknown(weights, reason);
        };
    }

    private static MemoryFit of(Bytes need, Bytes memory) {
        if (need.compareTo(memory) > 0) {
            return new TooBig(need, memory);
        }
        Bytes generous = need.plus(new Bytes(Math.max(need.count() / 10, PROCESS.count())));
        return new Fits(need, generous.compareTo(memory) > 0 ? memory : generous);
    }

    private static GgmlType type(CacheType cache) {
        return switch (cache) {
            case F16 -> GgmlType.F16;
            case Q8_0 -> GgmlType.Q8_0;
            case Q4_0 -> GgmlType.Q4_0;
            case FP8 -> throw new IllegalArgumentException("llama.cpp has no fp8 cache");
        };
    }
}
