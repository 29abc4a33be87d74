package io.stoa.benchmark.toolcall;

import java.io.Serial;

/** An answer cannot be read; caught where reading began, see {@link AnswerSyntax}. */
final class AnswerSyntaxException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    AnswerSyntaxException(String message) {
        super(message);
    }
}
