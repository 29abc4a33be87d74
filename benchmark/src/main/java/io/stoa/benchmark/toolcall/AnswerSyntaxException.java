package io.stoa.benchmark.toolcall;

import java.io.Serial;

/** An answer cannot be read; caught where reading began, see {@link AnswerSyntax}. */
final class AnswerSyntaxException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final Fault fault;

    AnswerSyntaxException(String message) {
        this(Fault.DECODER_FAILED, message);
    }

    AnswerSyntaxException(Fault fault, String message) {
        super(message);
        this.fault = fault;
    }

    Fault fault() {
        return fault;
    }
}
