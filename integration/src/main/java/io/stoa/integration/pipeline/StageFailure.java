package io.stoa.integration.pipeline;

import io.stoa.model.StoaException;

/** A run leaves its stages because one of them failed. */
final class StageFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final StoaException failure;

    StageFailure(String path, StoaException failure) {
        super(failure.sentence(), failure);
        this.path = path;
        this.failure = failure;
    }

    Outcome.Failed outcome() {
        return new Outcome.Failed(path, failure.kind(), failure.sentence());
    }
}
