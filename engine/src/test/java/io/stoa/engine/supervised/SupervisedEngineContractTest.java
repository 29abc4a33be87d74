package io.stoa.engine.supervised;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineContract;

/** The child batches, so shapes may move a log-probability, but hardly. */
final class SupervisedEngineContractTest extends EngineContract {
    @Override
    protected double noise() {
        return 0.05;
    }

    @Override
    protected Engine open() {
        return SupervisedEngine.start(ChildMain.command("micro"));
    }
}
