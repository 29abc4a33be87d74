package io.stoa.gateway.upstream;

/** Whether an upstream is asked. */
public enum BreakerState {
    CLOSED,
    /** After a rest one request at a time is let through. */
    HALF_OPEN,
    /** It is left alone, because it failed. */
    OPEN
}
