package io.stoa.integration.retrieve;

import java.util.ArrayList;
import java.util.List;

/**
 * Reranks by embeddings: the greatest cosine between the question and any sentence of the passage, or the passage as a
 * whole. A long passage with one sentence to the point is not averaged away.
 */
public final class Closeness implements Reranker {
    /** Sentences of a passage that are looked at one by one. */
    private static final int MOST_SENTENCES = 40;

    private final Embedder embedder;

    public Closeness(Embedder embedder) {
        this.embedder = embedder;
    }

    @Override
    public String name() {
        return "closest sentence, by " + embedder.name();
    }

    @Override
    public List<Double> scores(String question, List<Passage> passages) {
        List<String> texts = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        for (Passage passage : passages) {
            texts.add(passage.text());
            Sentences.of(passage.text()).stream().limit(MOST_SENTENCES).forEach(texts::add);
            ends.add(texts.size());
        }
        float[] asked = embedder.embedQuestion(question);
        List<float[]> vectors = embedder.embedPassages(texts);
        List<Double> scores = new ArrayList<>();
        int from = 0;
        for (int end : ends) {
            double best = -1;
            for (float[] vector : vectors.subList(from, end)) {
                best = Math.max(best, Vectors.cosine(asked, vector));
            }
            scores.add(best);
            from = end;
        }
        return scores;
    }
}
