package io.stoa.engine;

import io.stoa.model.Candidate;

/**
 * Where a pillar gets a candidate's engine from. The source owns the engine: it opens it at the first call, hands out
 * the same one until another candidate's is asked for, and closes it. Callers do not close it.
 */
@FunctionalInterface
public interface EngineSource {
    Engine engine(Candidate candidate);
}
