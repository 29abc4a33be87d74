package io.stoa.inspect.observation;

/** How a check came out, from the best to the worst. */
public enum Outcome {
    /** It was examined, and nothing speaks against it. */
    PASS,
    /** It was not examined, or not wholly. Never read as clean. */
    NOT_TESTED,
    /** A person should look: honest files do this, too, and so do others. */
    LEAD,
    /** It must not be used. */
    FAIL;

    /** As it is printed. */
    public String label() {
        return name().replace('_', ' ');
    }
}
