package io.stoa.integration.retrieve;

import io.stoa.integration.retrieve.PassageStore.Hit;
import io.stoa.integration.retrieve.PassageStore.Query;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the passages for a question in a store, by words, by meaning or by both, as the store can. */
public final class Retriever {
    /** As deep as rankings are usually fused. */
    private static final int CANDIDATES = 100;

    private static final Fusion.ReciprocalRank WORDINGS = new Fusion.ReciprocalRank(60);

    private final PassageStore store;
    private final Optional<Embedder> embedder;

    /**
     * By words alone, also where the store has vectors.
     *
     * @throws StoaException of kind {@code USER} when the store finds by meaning only
     */
    public Retriever(PassageStore store) {
        this.store = store;
        this.embedder = Optional.empty();
        if (!store.findsWords()) {
            throw StoaException.user("this store finds by meaning only; name the embedding model");
        }
    }

    /**
     * By meaning, and by words too where the store looks at words.
     *
     * @throws StoaException of kind {@code USER} when the store's vectors are of another length
     */
    public Retriever(PassageStore store, Embedder embedder) {
        this.store = store;
        this.embedder = Optional.of(embedder);
        int wanted = store.dimension().orElse(0);
        if (wanted != embedder.dimension()) {
            throw StoaException.user(embedder.name() + ": makes vectors of " + embedder.dimension()
                    + " numbers, and the store holds "
                    + (wanted == 0 ? "words alone" : "vectors of " + wanted)
                    + "; use the model that the store was made with, or make another store");
        }
    }

    /** The best passages for a question, best first. */
    public List<Hit> find(String question, int most) {
        return find(question, most, Map.of());
    }

    /** The same among the passages with these metadata. */
    public List<Hit> find(String question, int most, Map<String, String> filter) {
        float[] vector = embedder.map(one -> one.embedQuestion(question)).orElse(new float[0]);
        return store.search(new Query(question, vector, most, filter));
    }

    /**
     * The best passages for several wordings of one question: those that many wordings find early come first, by
     * reciprocal ranks.
     *
     * @param wordings at least one
     */
    public List<Hit> find(List<String> wordings, int most, Map<String, String> filter) {
        if (wordings.size() == 1) {
            return find(wordings.getFirst(), most, filter);
        }
        Map<String, Passage> found = new HashMap<>();
        List<List<Fusion.Ranked>> rankings = new ArrayList<>();
        for (String wording : wordings) {
            List<Fusion.Ranked> ranking = new ArrayList<>();
            for (Hit hit : find(wording, Math.max(most, CANDIDATES), filter)) {
                found.put(hit.passage().id(), hit.passage());
                ranking.add(new Fusion.Ranked(hit.passage().id(), hit.score()));
            }
            rankings.add(ranking);
        }
        List<Hit> hits = new ArrayList<>();
        for (Fusion.Ranked one : WORDINGS.fuse(rankings)) {
            Passage passage = found.get(one.id());
            if (passage != null && hits.size() < most) {
                hits.add(new Hit(passage, one.score()));
            }
        }
        return hits;
    }
}
