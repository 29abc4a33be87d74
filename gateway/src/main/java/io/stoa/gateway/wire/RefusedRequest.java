package io.stoa.gateway.wire;

import java.util.Optional;

/** A request that is answered with an error. Without a stack trace: hostile callers can make many. */
public final class RefusedRequest extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient ApiError error;

    public RefusedRequest(ApiError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    /**
     * A field is wrong.
     *
     * @param field its path as OpenAI writes it, such as {@code messages[0].role}
     * @param code OpenAI's word for what is wrong, such as {@code invalid_type}
     */
    static RefusedRequest field(String field, String code, String message) {
        return new RefusedRequest(
                new ApiError(400, "invalid_request_error", Optional.of(code), Optional.of(field), message));
    }

    /** A field asks for something that is not there: refused by name, because leaving it out would change the answer. */
    static RefusedRequest unsupported(String field, String why) {
        return field(field, "unsupported_parameter", "Unsupported parameter: '" + field + "' " + why);
    }

    public ApiError error() {
        return error;
    }
}
