package io.stoa.integration.retrieve;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** How several rankings of the same passages become one. */
public sealed interface Fusion {
    /** Best first; what is equally good is ordered by its id, so that the result never depends on chance. */
    Comparator<Ranked> BEST_FIRST =
            Comparator.comparingDouble(Ranked::score).reversed().thenComparing(Ranked::id);

    /** Reciprocal rank fusion with the constant of its paper. */
    Fusion USUAL = new ReciprocalRank(60);

    /**
     * The fused ranking.
     *
     * @param byWords by BM25 or the like, best first; scores are at least 0
     * @param byMeaning by the cosine of vectors, best first; scores are in [−1, 1]
     */
    List<Ranked> fuse(List<Ranked> byWords, List<Ranked> byMeaning);

    /** A passage in a ranking. */
    record Ranked(String id, double score) {}

    /**
     * Σ 1 ÷ (k + rank), over the rankings that a passage is in, ranks from 1. G. Cormack, C. Clarke and S. Büttcher,
     * "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009; k = 60 there.
     */
    record ReciprocalRank(int k) implements Fusion {
        public ReciprocalRank {
            if (k < 1) {
                throw new IllegalArgumentException("the constant of reciprocal ranks is positive: " + k);
            }
        }

        @Override
        public List<Ranked> fuse(List<Ranked> byWords, List<Ranked> byMeaning) {
            return fuse(List.of(byWords, byMeaning));
        }

        /** The same for any number of rankings, such as those of several wordings of one question. */
        public List<Ranked> fuse(List<List<Ranked>> rankings) {
            Map<String, Double> scores = new HashMap<>();
            for (List<Ranked> ranking : rankings) {
                IntStream.range(0, ranking.size())
                        .forEach(i -> scores.merge(ranking.get(i).id(), 1.0 / (k + i + 1), Double::sum));
            }
            return sorted(scores);
        }
    }

    /**
     * α · meaning + (1 − α) · words, each score first brought to [0, 1] by its theoretical least value (0 for words, −1
     * for a cosine) and the greatest of this search; a passage in only one ranking gets 0 from the other. S. Bruch, S.
     * Gai and A. Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 42 (2023), where it is called
     * TM2C2 and α = 0.8 was good over many collections.
     *
     * @param meaning α, the weight of meaning, in [0, 1]
     */
    record Convex(double meaning) implements Fusion {
        public Convex {
            if (!(meaning >= 0 && meaning <= 1)) {
                throw new IllegalArgumentException("the weight of meaning is in [0, 1]: " + meaning);
            }
        }

        @Override
        public List<Ranked> fuse(List<Ranked> byWords, List<Ranked> byMeaning) {
            Map<String, Double> scores = new HashMap<>();
            add(scores, byWords, 0, 1 - meaning);
            add(scores, byMeaning, -1, meaning);
            return sorted(scores);
        }

        private static void add(Map<String, Double> scores, List<Ranked> ranking, double least, double weight) {
            double most = ranking.stream().mapToDouble(Ranked::score).max().orElse(least);
            for (Ranked one : ranking) {
                double share = most > least ? (one.score() - least) / (most - least) : 1;
                scores.merge(one.id(), weight * share, Double::sum);
            }
        }
    }

    private static List<Ranked> sorted(Map<String, Double> scores) {
        return scores.entrySet().stream()
                .map(entry -> new Ranked(entry.getKey(), entry.getValue()))
                .sorted(BEST_FIRST)
                .toList();
    }
}
