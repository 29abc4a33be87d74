package io.stoa.gateway.upstream;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.wire.TraceContext;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One upstream that may answer a request.
 *
 * @param endpoint which
 * @param path the call, such as {@code /v1/chat/completions}
 * @param body what it is asked, with its own name for the model; made when it is asked
 * @param streamed whether it answers as a stream of events
 * @param hedge after which silence a second attempt is begun beside the first; never when empty
 * @param trace passed on, so that the upstream's spans lie under ours
 */
public record Leg(
        Endpoint endpoint,
        String path,
        Supplier<Buffer> body,
        boolean streamed,
        Optional<Duration> hedge,
        Optional<TraceContext> trace) {
    public Leg {
        requireNonNull(endpoint, "endpoint");
        requireNonNull(path, "path");
        requireNonNull(body, "body");
        requireNonNull(hedge, "hedge");
        requireNonNull(trace, "trace");
    }
}
