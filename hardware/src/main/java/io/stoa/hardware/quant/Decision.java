package io.stoa.hardware.quant;

/** Whether a smaller model is still good enough. */
public enum Decision {
    /** Within every margin, at the confidence asked for. */
    NOT_INFERIOR,
    /** Beyond a margin. */
    INFERIOR,
    /** The text, or a task, was too short to tell. */
    UNDECIDED
}
