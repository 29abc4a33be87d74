package io.stoa.engine.chat.jinja;

import static java.util.Objects.requireNonNull;

/**
 * Why a template gave no text. The message is what Jinja2 or Python would say; who calls the interpreter turns it into a
 * {@link io.stoa.model.StoaException} and keeps this one as the cause.
 */
public final class JinjaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What kind of failure it is. */
    public enum Reason {
        /** The template cannot be parsed. */
        SYNTAX,
        /** The template called {@code raise_exception}: it refuses the conversation, and the message is its own. */
        RAISED,
        /** An expression failed, as it would in Python. */
        FAILED,
        /** A bound of the sandbox was reached. */
        LIMIT
    }

    private final Reason reason;
    private final int line;

    private JinjaException(Reason reason, String message, int line) {
        super(message);
        this.reason = requireNonNull(reason, "reason");
        this.line = line;
    }

    static JinjaException syntax(String message, int line) {
        return new JinjaException(Reason.SYNTAX, message, line);
    }

    static JinjaException raised(String message) {
        return new JinjaException(Reason.RAISED, message, 0);
    }

    static JinjaException failed(String message) {
        return new JinjaException(Reason.FAILED, message, 0);
    }

    static JinjaException limit(String message) {
        return new JinjaException(Reason.LIMIT, message, 0);
    }

    JinjaException at(int where) {
        if (line > 0) {
            return this;
        }
        JinjaException located = new JinjaException(reason, message(), where);
        located.setStackTrace(getStackTrace());
        return located;
    }

    public Reason reason() {
        return reason;
    }

    /** The line of the template, counted from 1. */
    public int line() {
        return line;
    }

    /** The message, which unlike {@link #getMessage()} is never absent. */
    public String message() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
