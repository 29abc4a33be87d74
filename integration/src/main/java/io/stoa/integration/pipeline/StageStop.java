package io.stoa.integration.pipeline;

/** A run leaves its stages because a guard or a person stopped it. */
final class StageStop extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;

    StageStop(String path, String reason) {
        super(reason, null, false, false);
        this.path = path;
    }

    Outcome.Stopped outcome() {
        return new Outcome.Stopped(path, String.valueOf(getMessage()));
    }
}
