package io.stoa.benchmark.judge;

/** Why there is no verdict. */
public enum Unreadable {
    /** The judge did not finish within its tokens. */
    CUT_OFF,
    /** The answer holds no verdict by the rule. */
    NO_VERDICT,
    /** The verdict is none of the scale's. */
    OFF_SCALE,
    /** The engine did not take the prompt, often because it is longer than the context. */
    REFUSED
}
