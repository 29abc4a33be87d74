package io.stoa.gateway;

import static java.util.Objects.requireNonNull;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What is shown to somebody who did not call a model.
 *
 * @param status the HTTP status
 * @param type the content type
 * @param body what is shown
 * @param headers further headers
 */
public record Page(int status, String type, Buffer body, Map<String, String> headers) {
    public Page {
        requireNonNull(type, "type");
        requireNonNull(body, "body");
        headers = Map.copyOf(headers);
    }

    public static Page json(int status, String json) {
        return of(status, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    public static Page of(int status, String type, byte[] body) {
        return new Page(status, type, Buffer.buffer(body), Map.of());
    }
}
