package io.stoa.model;

import java.util.Locale;

/** What a model does in a stack. */
public enum Role {
    GENERATOR,
    EMBEDDER,
    RERANKER,
    JUDGE,
    /** Its outputs train another model. */
    TEACHER,
    GUARD,
    /** Weights that change another model's, such as a LoRA. */
    ADAPTER,
    /** A small model that guesses ahead for a larger one. */
    DRAFT,
    /** Speech, vision or another model that turns what is not text into text, or back. */
    TRANSDUCER;

    /** The name as it is written in files and on screens. */
    public String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }
}
