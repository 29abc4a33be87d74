package io.stoa.gateway.policy.guard;

import io.stoa.gateway.policy.Caller;

/** Hears what guards found and let pass. Of the content it is told nothing. Never blocks. */
@FunctionalInterface
public interface GuardListener {
    /** Hears nothing. */
    GuardListener NONE = (_, _, _) -> {};

    /**
     * @param what a word, such as {@code email} or {@code override}
     * @param count how often, in this request
     */
    void noted(Caller caller, String what, int count);
}
