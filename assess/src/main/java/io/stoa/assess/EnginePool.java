package io.stoa.assess;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineSource;
import io.stoa.model.Candidate;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.util.Optional;

/** Keeps the engine of the candidate that is asked right now, and no other: two models need the memory of two. */
public final class EnginePool implements EngineSource, AutoCloseable {
    private final EngineSource opener;
    private Optional<Open> open = Optional.empty();

    private record Open(String identity, Engine engine) {}

    /** @param opener opens a new engine at each call; the pool closes it */
    public EnginePool(EngineSource opener) {
        this.opener = opener;
    }

    @Override
    public Engine engine(Candidate candidate) {
        Optional<Open> same = open.filter(one -> one.identity().equals(candidate.identity()));
        if (same.isPresent()) {
            return same.get().engine();
        }
        close();
        Engine engine = opened(candidate);
        open = Optional.of(new Open(candidate.identity(), engine));
        return engine;
    }

    private Engine opened(Candidate candidate) {
        if (candidate instanceof Candidate.GgufFile file
                && !Artifacts.digestOf(file.path(), Progress.NONE).equals(file.digest())) {
            throw StoaException.user(file.path() + ": has changed since the run began; run the assessment again");
        }
        try {
            return opener.engine(candidate);
        } catch (StoaException e) {
            throw switch (e.kind()) {
                case USER, ENGINE, BUG -> e;
                // Too big for the memory that is free is this candidate's trouble, not the end of the others.
                case RESOURCES -> new StoaException(StoaException.Kind.ENGINE, e.sentence(), e);
            };
        }
    }

    /** Closes the open engine. The pool can be used again afterwards. */
    @Override
    public void close() {
        open.ifPresent(one -> one.engine().close());
        open = Optional.empty();
    }
}
