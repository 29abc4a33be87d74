package io.stoa.gateway.upstream;

import static java.util.Objects.requireNonNull;

import io.vertx.core.buffer.Buffer;
import java.util.function.Supplier;

/**
 * One upstream that may answer a request.
 *
 * @param endpoint which
 * @param path the call, such as {@code /v1/chat/completions}
 * @param body what it is asked, with its own name for the model; made when it is asked
 * @param streamed whether it answers as a stream of events
 * @param hedged whether a second attempt may be begun while the first has not answered
 */
public record Leg(Endpoint endpoint, String path, Supplier<Buffer> body, boolean streamed, boolean hedged) {
    public Leg {
        requireNonNull(endpoint, "endpoint");
        requireNonNull(path, "path");
        requireNonNull(body, "body");
    }
}
