package io.stoa.model;

/**
 * The one exception that Stoa throws on purpose. Its message names the culprit and the next step; its kind decides the
 * exit code and the HTTP status. Expected outcomes (too big, stopped early, licence unknown) are values, not exceptions.
 */
public final class StoaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Whose turn it is to act. */
    public enum Kind {
        /** The input is wrong: a file, a flag, a YAML value. The user can mend it. */
        USER,
        /** A model, engine or endpoint failed or refused. */
        ENGINE,
        /** Memory, disk, permissions or time ran out. */
        RESOURCES,
        /** Stoa itself is wrong. */
        BUG
    }

    private final Kind kind;

    public StoaException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public StoaException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** The message, which unlike {@link #getMessage()} is never absent. */
    public String sentence() {
        String message = getMessage();
        return message == null ? kind.name() : message;
    }

    public static StoaException user(String message) {
        return new StoaException(Kind.USER, message);
    }

    public static StoaException engine(String message) {
        return new StoaException(Kind.ENGINE, message);
    }

    public static StoaException resources(String message) {
        return new StoaException(Kind.RESOURCES, message);
    }

    public static StoaException bug(String message) {
        return new StoaException(Kind.BUG, message);
    }
}
