package io.stoa.engine.llama;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineContract;
import io.stoa.engine.EngineOptions;

/** F32 arithmetic over F16 weights: batch shapes may move a log-probability, but hardly. */
final class BatchingEngineContractTest extends EngineContract {
    private final LlamaRuntime runtime = Natives.runtime();

    @Override
    protected double noise() {
        return 0.05;
    }

    @Override
    protected Engine open() {
        return runtime.open(Natives.model("micro"), EngineOptions.serving(512, 1, 4));
    }
}
