package io.stoa.hardware.plan;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.hardware.memory.MemoryPrediction;
import io.stoa.hardware.memory.MemoryPredictor;
import io.stoa.hardware.memory.MemorySettings;
import io.stoa.hardware.memory.Repacking;
import io.stoa.hardware.roofline.ModelFacts;
import io.stoa.model.Interval;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The bytes of one device that a model takes: surely no less than the low end, and hardly more than the high one. */
public interface MemoryNeed {
    /** Room for what the driver and the engine take of a device beside the model. */
    double RUNTIME = 1 << 30;

    /** Room for the intermediate tensors of a batch. */
    double COMPUTE = 1 << 30;

    /**
     * The bytes.
     *
     * @return empty where the cache is not known
     */
    Optional<Interval> bytes(int context, int streams, int devices);

    /**
     * Weights and cache by formula, which is what there surely is; on top some room for what is not modelled: 1 % of
     * the weights for padding, a GiB for intermediate tensors, a GiB for the runtime.
     */
    static MemoryNeed estimate(ModelFacts facts) {
        return (context, streams, devices) -> {
            if (facts.keyValueBytes().isEmpty()) {
                return Optional.empty();
            }
            double cache = facts.keyValueBytes().getAsDouble() * context * streams;
            double low = (facts.weightBytes() + cache) / devices;
            return Optional.of(new Interval(low, low + 0.01 * facts.weightBytes() / devices + COMPUTE + RUNTIME));
        };
    }

    /**
     * The buffers that the memory plan finds in a header, asked for once for each context and number of streams; on top
     * a GiB for the runtime. Where the plan is not known, neither is this.
     */
    static MemoryNeed of(GgufHeader header) {
        Map<Long, Optional<Double>> known = new HashMap<>();
        return (context, streams, devices) -> known.computeIfAbsent(
                        ((long) context << 32) | streams, _ -> total(header, context, streams))
                .map(total -> new Interval(total / devices, total / devices + RUNTIME));
    }

    private static Optional<Double> total(GgufHeader header, int context, int streams) {
        if ((long) context * streams > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        return switch (new MemoryPredictor().predict(header, MemorySettings.of(context, streams, Repacking.NONE))) {
            case MemoryPrediction.Planned planned ->
                Optional.of((double) planned.parts().total().count());
            case MemoryPrediction.Unknown _ -> Optional.empty();
        };
    }
}
