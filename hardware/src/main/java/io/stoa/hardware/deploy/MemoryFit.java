package io.stoa.hardware.deploy;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.hardware.memory.MemoryParts;
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

    /** The room above the need that a small service gets. */
    Bytes LEAST_ROOM = Bytes.mebibytes(256);

    /**
     * All layers on the processor.
     *
     * @param target who opens the model: {@code stoa engine} in its own way, everyone else as llama-server does
     * @param memory what the machine lets a process have
     */
    static MemoryFit of(GgufHeader header, Target target, Deployment.Load load, Repacking repacking, Bytes memory) {
        MemorySettings usual = MemorySettings.of(load.contextTokens(), load.parallel(), repacking)
                .withCache(type(load.cache()), true);
        MemorySettings settings = stoaEngine(target) ? usual : usual.withSlots();
        return switch (new MemoryPredictor().predict(header, settings)) {
            case MemoryPrediction.Planned planned -> of(planned.parts().need(), memory);
            case MemoryPrediction.Unknown(Bytes weights, String reason) ->
                weights.plus(MemoryParts.PROCESS).compareTo(memory) > 0
                        ? new TooBig(weights.plus(MemoryParts.PROCESS), memory)
                        : new Unknown(weights, reason);
        };
    }

    private static boolean stoaEngine(Target target) {
        return switch (target) {
            case Target.Systemd systemd -> systemd.server() == Target.Service.STOA;
            case Target.Compose _ -> false;
            case Target.Kserve _ -> false;
            case Target.LlmD _ -> false;
            case Target.Ollama _ -> false;
        };
    }

    private static MemoryFit of(Bytes need, Bytes memory) {
        if (need.compareTo(memory) > 0) {
            return new TooBig(need, memory);
        }
        Bytes generous = need.plus(new Bytes(Math.max(need.count() / 10, LEAST_ROOM.count())));
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
