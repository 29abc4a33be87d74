package io.stoa.integration.retrieve;

import io.stoa.integration.retrieve.PassageStore.Hit;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Looks at the passages that were found more closely, and puts the best first. */
public interface Reranker {
    /** Which model and which way, for people and for evidence. */
    String name();

    /**
     * How well each passage fits the question, in order: the higher, the better. Comparable between questions, so that
     * {@link Abstention} can have a threshold.
     */
    List<Double> scores(String question, List<Passage> passages);

    /** The best of the hits by this reranker's scores, best first; equally good ones stay in their order. */
    default List<Hit> rerank(String question, List<Hit> hits, int most) {
        List<Double> scores = scores(question, hits.stream().map(Hit::passage).toList());
        return IntStream.range(0, hits.size())
                .mapToObj(i -> new Hit(hits.get(i).passage(), scores.get(i)))
                .sorted(Comparator.comparingDouble(Hit::score).reversed())
                .limit(most)
                .toList();
    }
}
