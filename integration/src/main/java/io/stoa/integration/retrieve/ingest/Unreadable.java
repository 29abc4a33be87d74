package io.stoa.integration.retrieve.ingest;

/** A document cannot be read; the message says why and what to do. The others go on. */
final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String reason) {
        super(reason, null, false, false);
    }

    String reason() {
        String message = getMessage();
        return message == null ? "cannot be read" : message;
    }
}
