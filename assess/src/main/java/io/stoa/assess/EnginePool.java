package io.stoa.assess;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineSource;
import io.stoa.model.Candidate;
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
        Engine engine = opener.engine(candidate);
        open = Optional.of(new Open(candidate.identity(), engine));
        return engine;
    }

    /** Closes the open engine. The pool can be used again afterwards. */
    @Override
    public void close() {
        open.ifPresent(one -> one.engine().close());
        open = Optional.empty();
    }
}
