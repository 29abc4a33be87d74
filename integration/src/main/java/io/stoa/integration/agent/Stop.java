package io.stoa.integration.agent;

/** Why an agent stopped. */
public enum Stop {
    /** The model answered without calling a tool. */
    ANSWERED,
    MOST_TURNS,
    MOST_TOKENS,
    DEADLINE,
    /** The model made the same call again after it was told not to. */
    LOOPING,
    /** An answer without a call ran into the token limit. */
    CUT_OFF,
    /** Several answers in turn held calls that cannot be read. */
    UNREADABLE_CALLS,
    /** The conversation no longer fits the model's context. */
    CONTEXT_FULL,
    /** A tool is no longer what was approved. */
    TOOL_CHANGED
}
