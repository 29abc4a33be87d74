package io.stoa.gateway.policy;

import io.stoa.gateway.wire.ApiError;
import java.time.Duration;
import java.util.Optional;

/** Whether a request may go on. */
public sealed interface Decision {
    /** It may, and the most it can cost is set aside. */
    record Admitted(Reservation reservation) implements Decision {}

    /**
     * It may not.
     *
     * @param error what its caller is told
     * @param retryAfter when it may be tried again, where waiting helps
     */
    record Denied(ApiError error, Optional<Duration> retryAfter) implements Decision {}
}
