package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineSource;
import io.stoa.model.Candidate;
import io.stoa.model.StoaException;

/**
 * A model that is asked, with all that its answers depend on.
 *
 * @param build what runs it, with its version
 * @param context in tokens, which engines are opened with
 * @param engines opens it, at the first answer that is not known
 */
public record Entrant(Candidate model, String build, int context, EngineSource engines) {
    public Entrant {
        requireNonNull(model, "model");
        requireNonNull(build, "build");
        requireNonNull(engines, "engines");
        if (context < 1) {
            throw new IllegalArgumentException("a context must be positive: " + context);
        }
    }

    /** Its engine, which can do what a task asks. */
    Engine engine(TaskConfig task) {
        Engine engine = engines.engine(model);
        switch (task.outputType()) {
            case GENERATE_UNTIL -> require(engine, Engine.Capability.GENERATE, task);
            case LOGLIKELIHOOD, MULTIPLE_CHOICE -> require(engine, Engine.Capability.SCORE, task);
            case LOGLIKELIHOOD_ROLLING -> {
                require(engine, Engine.Capability.SCORE, task);
                require(engine, Engine.Capability.TOKENIZE, task);
            }
        }
        return engine;
    }

    private static void require(Engine engine, Engine.Capability needed, TaskConfig task) {
        if (!engine.capabilities().contains(needed)) {
            throw StoaException.user("task " + task.name() + " needs " + needed + ", which "
                    + engine.facts().engine() + " cannot do"
                    + engine.whyNot(needed).map(why -> ": " + why).orElse("") + "; take another task or engine");
        }
    }
}
