package io.stoa.integration.step;

import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.StoaException;
import java.time.Instant;
import tools.jackson.databind.JsonNode;

/** What a journal says, in the order in which it happened. */
public sealed interface JournalEntry {
    /** When it was written. */
    Instant time();

    /**
     * The run's beginning: always the first entry, and the only one of its kind.
     *
     * @param run the run's id
     * @param about what is run, on what, with which models: whoever runs it says so
     */
    record Started(String run, JsonNode about, Instant time) implements JournalEntry {}

    /**
     * A step is about to be carried out.
     *
     * @param digest the step's, in hexadecimal
     * @param effect the name that its effect has outside
     */
    record Begun(String path, String kind, Effects effects, JsonNode input, String digest, String effect, Instant time)
            implements JournalEntry {}

    /** What a step gave. */
    record Kept(String path, JsonNode output, Instant time) implements JournalEntry {}

    /** Why a step gave nothing. */
    record Failed(String path, StoaException.Kind kind, String reason, Instant time) implements JournalEntry {}

    /** A person is asked to approve a step. */
    record Asked(String path, String kind, Effects effects, JsonNode input, String digest, Instant time)
            implements JournalEntry {}

    /**
     * A person's answer.
     *
     * @param digest of the very step that was shown
     * @param note why, in the person's words; may be empty
     */
    record Decided(String path, String digest, boolean approved, String by, String note, Instant time)
            implements JournalEntry {}

    /**
     * A person's word on an effect of which nobody knows whether it happened.
     *
     * @param output the step's result when it did; null in JSON when it did not
     */
    record Ruled(String path, String digest, boolean happened, JsonNode output, String by, String note, Instant time)
            implements JournalEntry {}

    /**
     * The run's end. A run that failed may go on after it.
     *
     * @param value what came of it, or why nothing did
     */
    record Ended(Outcome outcome, JsonNode value, Instant time) implements JournalEntry {}

    /** How a run can end. */
    enum Outcome {
        /** It has its outputs. */
        DONE,
        /** A guard or a person stopped it, as they are meant to. */
        STOPPED,
        /** Something failed; resuming it tries that again. */
        FAILED
    }
}
