package io.stoa.gateway.policy;

import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import java.util.Optional;

/**
 * What must not pass, whoever pays for it: personal data, prompt injection, models and tools that a caller may not use.
 * Called on event loops: microseconds, nothing blocks.
 */
@FunctionalInterface
public interface Guard {
    /**
     * Why a request must not go on; absent when it may.
     *
     * @param body the request as it came; not to be changed
     */
    Optional<ApiError> refusal(Caller caller, RequestFacts request, byte[] body);
}
