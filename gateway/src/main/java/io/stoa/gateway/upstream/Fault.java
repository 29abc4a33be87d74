package io.stoa.gateway.upstream;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * Why an upstream did not answer, or not whole.
 *
 * @param kind what went wrong
 * @param message a sentence for the caller and the record; names the upstream's model, never its address
 * @param retryAfter what the upstream said about trying again
 */
public record Fault(Kind kind, String message, Optional<Duration> retryAfter) {
    public Fault {
        requireNonNull(kind, "kind");
        requireNonNull(message, "message");
        requireNonNull(retryAfter, "retryAfter");
    }

    public static Fault of(Kind kind, String message) {
        return new Fault(kind, message, Optional.empty());
    }

    /** What went wrong, and what follows from it. */
    public enum Kind {
        /** No connection. */
        UNREACHABLE(true, true, false),
        /** Connected, and lost before it said anything. */
        LOST(true, true, true),
        /** Connected, and said nothing in time. */
        SILENT(true, true, true),
        /** It is too busy: 429, 503 or 529. */
        BUSY(true, true, false),
        /** It failed: another 5xx or 408. */
        ERROR(true, true, false),
        /** It does not know us or our path: 401, 403, 404 or a redirect. Asking again changes nothing. */
        MISCONFIGURED(false, true, false),
        /** What it sends is not what was asked for. */
        PROTOCOL(false, true, true),
        /** It broke off in the middle. */
        BROKEN(false, true, true),
        /** It stopped in the middle and did not go on. */
        STALLED(false, true, true),
        /** It sends more than is taken. */
        OVERSIZED(false, true, true),
        /** It said in the middle of a stream that it failed. */
        STREAM_ERROR(false, true, true),
        /** Its breaker is open: it was not asked. */
        OPEN(false, false, false),
        /** Too many wait for it already: it was not asked. */
        CROWDED(false, false, false),
        /** The request's deadline passed. */
        DEADLINE(false, true, true);

        private final boolean repeatable;
        private final boolean blamed;
        private final boolean costly;

        Kind(boolean repeatable, boolean blamed, boolean costly) {
            this.repeatable = repeatable;
            this.blamed = blamed;
            this.costly = costly;
        }

        /** Whether the same upstream may be asked again. */
        boolean isRepeatable() {
            return repeatable;
        }

        /** Whether the upstream's breaker counts it. */
        boolean isBlamed() {
            return blamed;
        }

        /** Whether the upstream may have worked, and charge for it. */
        public boolean isCostly() {
            return costly;
        }
    }
}
