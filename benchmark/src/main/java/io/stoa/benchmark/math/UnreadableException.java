package io.stoa.benchmark.math;

/** Ends the reading of an answer; its message says what could not be read. Never leaves {@link AnswerReader}. */
final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException(String reason) {
        super(reason, null, false, false);
    }
}
