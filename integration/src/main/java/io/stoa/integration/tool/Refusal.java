package io.stoa.integration.tool;

/** Why a call is not carried out. */
public enum Refusal {
    /** No tool of that name is on offer. */
    UNKNOWN_TOOL,
    /** The tool's own schema does not allow the arguments. */
    BAD_ARGUMENTS,
    /** The tool allows them, but this use of it does not. */
    NOT_ALLOWED,
    /** It was called as often as it may be. */
    LIMIT,
    /** The very same call was made again and again. */
    LOOP,
    /** It has effects or another destination, and untrusted content was read. */
    AFTER_UNTRUSTED,
    /** A person declined it. */
    DECLINED,
    /** The tool is no longer what was approved. */
    CHANGED
}
