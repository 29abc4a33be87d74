package io.stoa.gateway.wire;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * An error as clients of the OpenAI protocol know it: {@code {"error":{"message":…,"type":…,"param":…,"code":…}}}.
 *
 * @param status the HTTP status
 * @param type such as {@code invalid_request_error}, which decides the class of the client's exception
 * @param code a word for programs, such as {@code model_not_found}
 * @param param the field that is wrong, where it is one
 * @param message a sentence that names the culprit and the next step
 */
public record ApiError(int status, String type, Optional<String> code, Optional<String> param, String message) {
    public ApiError {
        requireNonNull(code, "code");
        requireNonNull(param, "param");
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("not the status of an error: " + status);
        }
    }

    /** The request is wrong. */
    public static ApiError invalid(String message) {
        return new ApiError(400, "invalid_request_error", Optional.empty(), Optional.empty(), message);
    }

    /** A field of the request is wrong. */
    public static ApiError field(String name, String message) {
        return new ApiError(400, "invalid_request_error", Optional.empty(), Optional.of(name), name + " " + message);
    }

    public static ApiError of(int status, String type, String code, String message) {
        return new ApiError(status, type, Optional.of(code), Optional.empty(), message);
    }
}
