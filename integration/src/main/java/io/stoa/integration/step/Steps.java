package io.stoa.integration.step;

import tools.jackson.databind.JsonNode;

/** Carries out the steps of one run. What a step gave is kept before it is used; what is kept is not done again. */
public interface Steps {
    /**
     * The result of a step: what was kept of it, or what carrying it out gives.
     *
     * @throws Waiting when the run cannot go on by itself
     * @throws io.stoa.model.StoaException when the step failed, or when the run was made of other inputs than these
     */
    JsonNode take(Step step, Work work);

    /**
     * Waits for a person to approve a step. What was shown is bound to the approval by the digest of the step's
     * canonical JSON: a step of another path, kind or input needs another approval.
     *
     * @return whether it may be carried out; false when it was refused
     * @throws Waiting until a person has answered
     */
    boolean approved(Step step);

    /** What a step does. */
    @FunctionalInterface
    interface Work {
        /**
         * Does it.
         *
         * @param effect names this very step of this very run; the same when it is tried again
         */
        JsonNode carryOut(String effect);
    }
}
