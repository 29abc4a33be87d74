package io.stoa.hardware.plan;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.hardware.memory.ContextCache;
import io.stoa.hardware.memory.MemoryParts;
import io.stoa.hardware.memory.MemoryPrediction;
import io.stoa.hardware.memory.MemoryPredictor;
import io.stoa.hardware.memory.MemorySettings;
import io.stoa.hardware.memory.Repacking;
import io.stoa.hardware.roofline.ModelFacts;
import io.stoa.hardware.roofline.Parallelism;
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
    Optional<Interval> bytes(int context, int streams, Parallelism parallelism);

    /**
     * Weights and cache by formula, which is what there surely is; on top some room for what is not modelled: 1 % of
     * the weights for padding, a GiB for intermediate tensors, a GiB for the runtime.
     */
    static MemoryNeed estimate(ModelFacts facts) {
        return (context, streams, parallelism) -> facts.cache().map(cache -> {
            double high = facts.weightBytes() * 1.01 / parallelism.devices() + COMPUTE + RUNTIME;
            return new Interval(
                    (facts.weightBytes() + streams * cache.least(context)) / parallelism.devices(),
                    high + streams * cache.kept(context) / shares(Optional.of(cache), parallelism));
        });
    }

    /**
     * The buffers that the memory plan finds in a header, with windows no longer than they are, asked for once for each
     * context and number of streams; on top a GiB for the runtime. Where the plan is not known, neither is this.
     */
    static MemoryNeed of(GgufHeader header) {
        Map<Long, Optional<MemoryParts>> known = new HashMap<>();
        Optional<ContextCache> cache = ContextCache.of(header);
        return (context, streams, parallelism) -> known.computeIfAbsent(
                        ((long) context << 32) | streams, _ -> parts(header, context, streams))
                .map(parts -> {
                    double total = (double) parts.total().count();
                    double kept = (double) parts.keysAndValues().count();
                    return new Interval(
                            total / parallelism.devices(),
                            (total - kept) / parallelism.devices() + kept / shares(cache, parallelism) + RUNTIME);
                });
    }

    /** Over how many devices the cache is surely divided: by layers, or by the heads that it has. */
    private static int shares(Optional<ContextCache> cache, Parallelism parallelism) {
        return switch (parallelism.way()) {
            case PIPELINE -> parallelism.devices();
            case TENSOR ->
                Math.min(parallelism.devices(), cache.map(ContextCache::parts).orElse(1));
        };
    }

    private static Optional<MemoryParts> parts(GgufHeader header, int context, int streams) {
        if ((long) context * streams > Integer.MAX_VALUE || streams > MemorySettings.MOST_SEQUENCES) {
            return Optional.empty();
        }
        MemorySettings settings =
                MemorySettings.of(context, streams, Repacking.NONE).withShortWindows();
        return switch (new MemoryPredictor().predict(header, settings)) {
            case MemoryPrediction.Planned planned -> Optional.of(planned.parts());
            case MemoryPrediction.Unknown _ -> Optional.empty();
        };
    }
}
