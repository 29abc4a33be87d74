package io.stoa.integration.step;

import static java.util.Objects.requireNonNull;

/** A run waits for a person: it leaves the work that was under way, and nothing of it is lost. */
public final class Waiting extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final String path;

    /**
     * @param path of the step that waits
     * @param message what the person is asked
     */
    public Waiting(Reason reason, String path, String message) {
        super(message, null, false, false);
        this.reason = requireNonNull(reason);
        this.path = requireNonNull(path);
    }

    public Reason reason() {
        return reason;
    }

    public String path() {
        return path;
    }

    /** Why a person is needed. */
    public enum Reason {
        /** The step has to be approved before it is carried out. */
        APPROVAL,
        /** The process died while an effect that must not happen twice was under way: did it happen? */
        UNCERTAIN
    }
}
