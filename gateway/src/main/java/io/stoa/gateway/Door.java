package io.stoa.gateway;

import io.netty.handler.codec.TooLongFrameException;
import io.stoa.gateway.wire.ApiError;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is refused by its head alone. */
final class Door {
    private Door() {}

    static Optional<ApiError> refusal(HttpServerRequest request, GatewayOptions options) {
        if (request.version() != HttpVersion.HTTP_2
                && request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                && request.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            return Optional.of(ApiError.invalid("Content-Length and Transfer-Encoding contradict each other"));
        }
        if (options.isLoopback() && isForeign(request, options)) {
            return Optional.of(ApiError.of(
                    403,
                    "permission_error",
                    "foreign_host",
                    "this gateway answers only to the names of this machine's loopback"));
        }
        return Optional.empty();
    }

    /** A browser that a stranger's page told to call us by a name of the stranger's (DNS rebinding). */
    private static boolean isForeign(HttpServerRequest request, GatewayOptions options) {
        String host = request.authority() == null ? "" : request.authority().host();
        return !host.equals("127.0.0.1")
                && !host.equals("localhost")
                && !host.equals("::1")
                && !host.equals("[::1]")
                && !host.equals(options.host());
    }

    static ApiError wrongMethod(String path, String allowed) {
        return ApiError.of(405, "invalid_request_error", "method_not_allowed", path + " wants " + allowed);
    }

    static ApiError noSuchPath(String path) {
        String shown = path.length() > 100 ? path.substring(0, 100) + "…" : path;
        return ApiError.of(404, "invalid_request_error", "unknown_url", "there is no " + shown);
    }

    static ApiError malformed(@Nullable Throwable cause) {
        return cause instanceof TooLongFrameException
                ? ApiError.of(431, "invalid_request_error", "headers_too_large", "the head of the request is too long")
                : ApiError.invalid("this is not an HTTP request");
    }
}
