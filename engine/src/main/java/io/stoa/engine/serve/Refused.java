package io.stoa.engine.serve;

import java.util.Optional;

/** A request that is answered with an error of OpenAI's shape. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;
    private final Optional<String> code;
    private final Optional<String> param;

    private Refused(int status, String type, String message, Optional<String> code, Optional<String> param) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.code = code;
        this.param = param;
    }

    static Refused because(int status, String type, String message) {
        return new Refused(status, type, message, Optional.empty(), Optional.empty());
    }

    /** A field of the request is wrong. */
    static Refused field(String name, String message) {
        return new Refused(400, "invalid_request_error", name + " " + message, Optional.empty(), Optional.of(name));
    }

    Refused withCode(String given) {
        return new Refused(status, type, String.valueOf(getMessage()), Optional.of(given), param);
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    Optional<String> code() {
        return code;
    }

    Optional<String> param() {
        return param;
    }
}
