package io.stoa.gateway.policy;

import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.TokenUsage;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Keys, budgets and limits. Called on event loops: nothing here blocks. */
public interface Admission {
    /** Whose key it is; absent when it is nobody's, or was revoked or has expired. */
    Optional<Caller> caller(String key);

    /** What whoever shows such a key is told, where {@link #caller} knows none. */
    default ApiError refusal(String key) {
        return ApiError.of(401, "authentication_error", "invalid_api_key", "this key is not known here");
    }

    /**
     * Sets aside the most that a request can use, durably: a process that is killed afterwards cannot have spent more
     * than what the store says. Completed at once unless the store has to be asked, then by the thread that asks it.
     *
     * @param most tokens that it can use at most, over all attempts
     * @param worst what it can cost at most, over all attempts
     */
    CompletionStage<Decision> admit(Caller caller, RequestFacts request, TokenUsage most, Micros worst);

    /**
     * How a caller stands to its limits on a route, as the header fields that clients of the OpenAI protocol know:
     * {@code x-ratelimit-limit-requests}, {@code -remaining-requests}, {@code -reset-requests}, and the same with {@code
     * -tokens}. Empty where there is no limit.
     */
    default Map<String, String> rateHeaders(Caller caller, String route) {
        return Map.of();
    }
}
