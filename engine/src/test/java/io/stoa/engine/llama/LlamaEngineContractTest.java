package io.stoa.engine.llama;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineContract;
import io.stoa.engine.EngineOptions;

final class LlamaEngineContractTest extends EngineContract {
    private final LlamaRuntime runtime = Natives.runtime();

    @Override
    protected Engine open() {
        return runtime.open(Natives.model("micro"), new EngineOptions(512, 1));
    }
}
