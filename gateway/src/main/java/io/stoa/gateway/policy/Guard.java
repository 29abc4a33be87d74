package io.stoa.gateway.policy;

import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import java.util.Optional;

/** Looks at a request's content before it goes on. Called on event loops: linear in the body, nothing blocks. */
@FunctionalInterface
public interface Guard {
    /**
     * Why the request may not go on; empty when it may.
     *
     * @param request what is known of it, after redaction
     * @param body the whole body, as it came; not to be changed, and nothing of it to be kept
     */
    Optional<ApiError> refusal(Caller caller, RequestFacts request, byte[] body);

    /**
     * What is to be replaced before the request goes on; empty when nothing is.
     *
     * @param body the whole body, as it came
     */
    default Optional<Redaction> redaction(byte[] body) {
        return Optional.empty();
    }
}
