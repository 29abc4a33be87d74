package io.stoa.integration.pipeline;

import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.Relevance;
import io.stoa.integration.retrieve.Reranker;
import java.util.List;

/** A model that is asked how relevant each passage is. */
public final class ModelReranker implements Surroundings.Reranker {
    private final Reranker reranker;
    private final String identity;

    public ModelReranker(Surroundings.Model model) {
        this.reranker = new Relevance(model.engine());
        this.identity = model.identity() + ", " + reranker.name();
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public List<Double> scores(String query, List<Passage> passages) {
        return reranker.scores(query, passages);
    }
}
