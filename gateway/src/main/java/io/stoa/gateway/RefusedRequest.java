package io.stoa.gateway;

import io.stoa.gateway.wire.ApiError;

/** A request that is answered with an error. Without a stack trace: hostile callers can make many. */
final class RefusedRequest extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient ApiError error;

    RefusedRequest(ApiError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    ApiError error() {
        return error;
    }
}
