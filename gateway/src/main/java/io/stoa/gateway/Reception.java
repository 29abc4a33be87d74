package io.stoa.gateway;

import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.upstream.Watch;
import io.stoa.gateway.wire.ApiError;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks a call for its key, and reads its body within bounds of size and time. */
final class Reception extends Watch.Watched {
    private final Exchange exchange;
    private final Bounds bounds;
    private @Nullable Buffer body;
    private boolean closed;

    Reception(Exchange exchange) {
        this.exchange = exchange;
        this.bounds = exchange.loop().gateway().options().bounds();
    }

    void start() {
        HttpServerRequest request = exchange.request();
        if (exchange.loop().gateway().requests().get() > bounds.requests()) {
            exchange.refuse(
                    ApiError.of(503, "server_error", "overloaded", "too many requests are under way; try again"),
                    Optional.of(java.time.Duration.ofSeconds(1)));
            return;
        }
        Optional<Caller> caller = key(request).flatMap(exchange.serving().admission()::caller);
        if (caller.isEmpty()) {
            exchange.refuse(key(request)
                    .map(exchange.serving().admission()::refusal)
                    .orElseGet(() -> ApiError.of(
                            401,
                            "authentication_error",
                            "invalid_api_key",
                            "the key is missing: send Authorization: Bearer KEY, or x-api-key")));
            return;
        }
        exchange.draft().key(caller.get().keyId());
        if (saysTooLong(request)) {
            exchange.refuse(tooLong());
            return;
        }
        if (request.headers().contains(HttpHeaders.EXPECT)) {
            var _ = exchange.request().response().writeContinue();
        }
        read(request, caller.get());
    }

    /** The key that came along. */
    static Optional<String> key(HttpServerRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return Optional.of(header.substring(7).strip());
        }
        return Optional.ofNullable(request.getHeader("x-api-key")).map(String::strip);
    }

    private boolean saysTooLong(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length != null && Long.parseLong(length) > bounds.bodyBytes();
        } catch (NumberFormatException e) {
            return true;
        }
    }

    private ApiError tooLong() {
        return ApiError.of(
                413,
                "invalid_request_error",
                "request_too_large",
                "a request has at most " + bounds.bodyBytes() + " bytes");
    }

    private void read(HttpServerRequest request, Caller caller) {
        Watch watch = exchange.loop().watch();
        due(System.nanoTime() + bounds.sending().toNanos());
        watch.add(this);
        exchange.whenLeft(() -> watch.remove(this));
        request.handler(this::part);
        request.endHandler(_ -> {
            watch.remove(this);
            if (!closed && !exchange.isOver()) {
                exchange.bodyWasRead();
                received(caller, body == null ? new byte[0] : body.getBytes());
            }
        });
    }

    private void part(Buffer part) {
        if (closed) {
            return;
        }
        if (body == null) {
            body = part;
        } else {
            body = body.appendBuffer(part);
        }
        if (body.length() > bounds.bodyBytes()) {
            refuse(tooLong());
        }
    }

    private void refuse(ApiError error) {
        closed = true;
        body = null;
        exchange.loop().watch().remove(this);
        exchange.refuse(error);
    }

    @Override
    protected void overdue() {
        refuse(ApiError.of(
                408,
                "invalid_request_error",
                "request_timeout",
                "the request was not sent within " + bounds.sending()));
    }

    private void received(Caller caller, byte[] bytes) {
        exchange.whenLeft(() -> {});
        new Dispatch(exchange, caller, bytes).start();
    }
}
