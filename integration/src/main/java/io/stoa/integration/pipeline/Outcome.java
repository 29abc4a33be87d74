package io.stoa.integration.pipeline;

import io.stoa.integration.step.Waiting;
import io.stoa.model.StoaException;
import tools.jackson.databind.node.ObjectNode;

/** What came of a run, so far. */
public sealed interface Outcome {
    /** It has its outputs. */
    record Done(ObjectNode outputs) implements Outcome {}

    /** A guard or a person stopped it, as they are meant to. */
    record Stopped(String path, String reason) implements Outcome {}

    /**
     * A stage failed. Resuming the run tries it again.
     *
     * @param path the stage; empty where it was none
     */
    record Failed(String path, StoaException.Kind kind, String reason) implements Outcome {}

    /** It goes on when a person has answered. */
    record Waits(String path, Waiting.Reason reason, String question) implements Outcome {}
}
