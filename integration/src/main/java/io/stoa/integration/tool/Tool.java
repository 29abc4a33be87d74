package io.stoa.integration.tool;

import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Something that a model may call. Calls may take long and fail; they are made on virtual threads. */
public interface Tool extends AutoCloseable {
    /** What it is called and what it takes. */
    Description description();

    /**
     * Calls it.
     *
     * @param arguments valid by the description's schema
     * @param effect names this very call, so that whoever carries it out can know a repetition: the same when a run is
     *     resumed
     * @throws io.stoa.model.StoaException of kind {@code USER} when it was not carried out, so that nothing happened; of
     *     another kind when it failed, and whether it had its effect is not known
     */
    String call(ObjectNode arguments, String effect, Duration patience);

    /**
     * Why it must not be called now, such as that it is no longer what was approved; empty when nothing is against it.
     * Asked right before each call.
     *
     * @throws io.stoa.model.StoaException of kind {@code ENGINE} when that cannot be found out
     */
    default Optional<String> objection(Duration patience) {
        return Optional.empty();
    }

    @Override
    void close();

    /**
     * What a model is told of a tool.
     *
     * @param name by which it is called
     * @param text what it does
     * @param parameters a JSON Schema of its arguments
     * @param effects whether calling it changes anything outside
     */
    record Description(String name, String text, ObjectNode parameters, Effects effects) {}

    /** Whether a call changes the world. */
    enum Effects {
        /** It only looks: calling it again does no harm. */
        NONE,
        /** It changes something, and the same effect name makes a repetition harmless. */
        IDEMPOTENT,
        /** It changes something each time. */
        EACH_CALL
    }
}
