package io.stoa.benchmark.harness;

import java.util.Locale;

/** What a task asks of an engine. */
public enum OutputType {
    /** How likely is the target after the prompt, and would it be chosen greedily? */
    LOGLIKELIHOOD,
    /** How likely is a whole text? */
    LOGLIKELIHOOD_ROLLING,
    /** Which of several choices is the likeliest? */
    MULTIPLE_CHOICE,
    /** A text, up to a stop string. */
    GENERATE_UNTIL;

    /** As task files write it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
