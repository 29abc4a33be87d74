package io.stoa.gateway.audit;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.gateway.wire.TraceContext;
import io.stoa.model.Digest;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One request as the audit, the metrics and the console know it. Written for every request, also for those refused.
 *
 * @param id what the caller got as {@code x-request-id}
 * @param time when it came
 * @param call what was called
 * @param key the id of the key, where one was known
 * @param use the intended use under which it fell
 * @param route the route that was asked for
 * @param tier the tier that answered
 * @param candidate the identity of the model that answered: a digest, or an endpoint with a pinned revision
 * @param verdict the ledger sequence of the verdict that allowed it
 * @param end how it ended
 * @param status the HTTP status that the caller saw
 * @param reason one sentence: why this tier answered, or why nobody did
 * @param attempts how many upstream calls were begun
 * @param usage tokens of all attempts
 * @param costMicros what all attempts cost, in millionths of the currency
 * @param firstByteMicros from the request's last byte to the answer's first, in µs
 * @param durationMicros from the request's first byte to the answer's last, in µs
 * @param request the body as it came, kept only where content is kept; always committed to
 * @param answer the answer's bytes likewise
 * @param trace its place in a trace, where it has one; for spans only, no part of what the audit writes
 */
public record RequestRecord(
        String id,
        Instant time,
        ApiCall call,
        Optional<String> key,
        Optional<String> use,
        String route,
        Optional<String> tier,
        Optional<String> candidate,
        OptionalLong verdict,
        End end,
        int status,
        String reason,
        int attempts,
        TokenUsage usage,
        long costMicros,
        OptionalLong firstByteMicros,
        long durationMicros,
        Content request,
        Content answer,
        Optional<TraceContext> trace) {
    public RequestRecord {
        requireNonNull(id, "id");
        requireNonNull(time, "time");
        requireNonNull(call, "call");
        requireNonNull(key, "key");
        requireNonNull(use, "use");
        requireNonNull(route, "route");
        requireNonNull(tier, "tier");
        requireNonNull(candidate, "candidate");
        requireNonNull(verdict, "verdict");
        requireNonNull(end, "end");
        requireNonNull(reason, "reason");
        requireNonNull(usage, "usage");
        requireNonNull(firstByteMicros, "firstByteMicros");
        requireNonNull(request, "request");
        requireNonNull(answer, "answer");
        requireNonNull(trace, "trace");
    }

    /** How a request ended. */
    public enum End {
        /** Answered by the tier that was asked first. */
        SERVED,
        /** Answered by a higher tier, because a rule said so. */
        ESCALATED,
        /** Answered by another than wanted, because that one failed. */
        FELL_BACK,
        /** Not tried: key, policy, route or shape. */
        REFUSED,
        /** Tried, and nobody answered whole. */
        FAILED,
        /** Its caller left. */
        ABANDONED
    }

    /**
     * A body.
     *
     * @param bytes its length
     * @param sha256 its digest before salting; absent when there was no body. Not kept as it is: see the audit's
     *     commitment
     * @param kept the body itself as text, where content is kept
     */
    public record Content(long bytes, Optional<Digest> sha256, Optional<String> kept) {
        public static final Content NONE = new Content(0, Optional.empty(), Optional.empty());
    }
}
