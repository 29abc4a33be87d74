package io.stoa.benchmark.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.model.measure.RetrievalMeasures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class RetrievalMeasuresTest {
    private static final Path FOLDER = Path.of("../../shared/data/metrics/trec-eval");

    /** Of these trec_eval prints sums over all questions, of the others means. */
    private static final Set<String> SUMS = Set.of("num_ret", "num_rel", "num_rel_ret");

    @Test
    void agreesWithTrecEval() throws IOException {
        assumeTrue(Files.isDirectory(FOLDER), "trec_eval's test files are not here");
        Map<String, Map<String, Integer>> judgements = new TreeMap<>();
        for (String line : Files.readAllLines(FOLDER.resolve("qrels.test"))) {
            List<String> words = Words.of(line);
            judgements
                    .computeIfAbsent(words.get(0), _ -> new TreeMap<>())
                    .put(words.get(2), Integer.valueOf(words.get(3)));
        }
        Map<String, Map<String, Float>> scores = new TreeMap<>();
        for (String line : Files.readAllLines(FOLDER.resolve("results.test"))) {
            List<String> words = Words.of(line);
            scores.computeIfAbsent(words.get(0), _ -> new TreeMap<>()).put(words.get(2), Float.valueOf(words.get(4)));
        }
        scores.keySet().retainAll(judgements.keySet());
        List<RetrievalMeasures> questions = scores.entrySet().stream()
                .map(entry -> RetrievalMeasures.of(entry.getValue(), judgements.getOrDefault(entry.getKey(), Map.of())))
                .toList();

        int compared = 0;
        for (String line : Files.readAllLines(FOLDER.resolve("out.test"))) {
            List<String> words = Words.of(line);
            String name = words.get(0);
            if (!words.get(1).equals("all") || name.equals("runid")) {
                continue;
            }
            double value = name.equals("num_q")
                    ? questions.size()
                    : name.equals("gm_map") ? RetrievalMeasures.geometricMean(questions) : total(name, questions);
            assertThat(value).as(name).isCloseTo(Double.parseDouble(words.get(2)), within(0.00005000001));
            compared++;
        }
        assertThat(compared).isEqualTo(29);
    }

    private static double total(String name, List<RetrievalMeasures> questions) {
        double sum = questions.stream()
                .mapToDouble(question -> question.byName().getOrDefault(name, Double.NaN))
                .sum();
        return SUMS.contains(name) ? sum : sum / questions.size();
    }

    /** By hand: gains 2, 0, 1 where 2, 1 would be ideal. */
    @Test
    void gainsAreDiscounted() {
        RetrievalMeasures measures =
                RetrievalMeasures.of(Map.of("a", 3f, "b", 2f, "c", 1f), Map.of("a", 2, "b", 0, "c", 1));

        assertThat(measures.ndcg()).isCloseTo((2 + 1 / 2.0) / (2 + 1 / (Math.log(3) / Math.log(2))), within(1e-12));
        assertThat(measures.averagePrecision()).isCloseTo((1 + 2.0 / 3) / 2, within(1e-12));
        assertThat(measures.bpref()).isCloseTo((1 + 0.0) / 2, within(1e-12));
        assertThat(measures.recallAt(1)).isEqualTo(0.5);
        assertThat(measures.successAt(1)).isTrue();
    }

    @Test
    void equalScoresAreRankedByDescendingId() {
        RetrievalMeasures measures = RetrievalMeasures.of(Map.of("a", 1f, "b", 1f), Map.of("b", 1));

        assertThat(measures.reciprocalRank()).isEqualTo(1);
    }

    @Test
    void nothingRelevantIsWorthNothing() {
        RetrievalMeasures measures = RetrievalMeasures.of(Map.of("a", 1f), Map.of("a", 0));

        assertThat(measures.byName().entrySet().stream()
                        .filter(entry -> !entry.getKey().equals("num_ret"))
                        .mapToDouble(Map.Entry::getValue)
                        .sum())
                .isZero();
    }
}
