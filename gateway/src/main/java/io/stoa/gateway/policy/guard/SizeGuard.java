package io.stoa.gateway.policy.guard;

import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.policy.Guard;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import java.util.Optional;

/**
 * Refuses what is too large.
 *
 * @param bodyBytes the most bytes of a body
 * @param promptBytes the most UTF-8 bytes that a model is to read
 */
public record SizeGuard(int bodyBytes, int promptBytes) implements Guard {
    public SizeGuard {
        if (bodyBytes < 1 || promptBytes < 1) {
            throw new IllegalArgumentException("sizes are positive: " + bodyBytes + ", " + promptBytes);
        }
    }

    @Override
    public Optional<ApiError> refusal(Caller caller, RequestFacts request, byte[] body) {
        if (body.length > bodyBytes) {
            return Optional.of(ApiError.of(
                    413,
                    "invalid_request_error",
                    "request_too_large",
                    "the request has " + body.length + " bytes, and may have " + bodyBytes));
        }
        if (request.promptBytes() > promptBytes) {
            return Optional.of(ApiError.of(
                    413,
                    "invalid_request_error",
                    "request_too_large",
                    "the prompt has " + request.promptBytes() + " bytes, and may have " + promptBytes
                            + "; shorten it"));
        }
        return Optional.empty();
    }
}
