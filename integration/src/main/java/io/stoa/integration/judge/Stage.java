package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

/**
 * A stage of a pipeline, as far as judging it needs to know.
 *
 * @param name unique in its pipeline
 * @param kind what it does
 */
public record Stage(String name, Kind kind) {
    /** What stages do. */
    public enum Kind {
        /** Finds passages. */
        RETRIEVE,
        /** Orders and drops passages. */
        RERANK,
        /** Writes an answer. */
        GENERATE,
        /** Calls a tool. */
        TOOL,
        /** Calls tools in turns, and answers. */
        AGENT,
        /** Chooses where to go on. */
        ROUTE,
        /** Lets through or refuses. */
        GUARD,
        /** Asks a person. */
        HUMAN,
        /** Anything else, such as rewriting a question or filling in a prompt. */
        OTHER
    }

    public Stage {
        requireNonNull(kind, "kind");
        if (name.isBlank()) {
            throw new IllegalArgumentException("a stage needs a name");
        }
    }
}
