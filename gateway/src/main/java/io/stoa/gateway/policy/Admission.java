package io.stoa.gateway.policy;

import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.TokenUsage;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Keys, budgets and limits. Called on event loops: nothing here blocks. */
public interface Admission {
    /** Whose key it is; absent when it is nobody's, or was revoked or has expired. */
    Optional<Caller> caller(String key);

    /**
     * Sets aside the most that a request can use, durably: a process that is killed afterwards cannot have spent more
     * than what the store says. Completed at once unless the store has to be asked.
     *
     * @param most tokens that it can use at most, over all attempts
     * @param worst what it can cost at most, over all attempts
     */
    CompletionStage<Decision> admit(Caller caller, RequestFacts request, TokenUsage most, Micros worst);
}
