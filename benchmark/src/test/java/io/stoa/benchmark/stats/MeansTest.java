package io.stoa.benchmark.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.model.Interval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class MeansTest {
    private static final Path RESULTS = Path.of("../../shared/data/results/opt-bloom");

    /** How many items the published results of some tasks cover, known from elsewhere. */
    private static final Map<String, Integer> ITEMS = Map.of(
            "winogrande", 1267,
            "lambada_openai", 5153,
            "piqa", 1838,
            "arc_easy", 2376,
            "arc_challenge", 1172,
            "hendrycksTest-college_biology", 144,
            "hendrycksTest-virology", 166,
            "hendrycksTest-computer_security", 100);

    /** A published accuracy with its standard error. */
    private record Published(String place, double share, double error) {
        boolean isOf(int n) {
            double right = Math.rint(share * n);
            return Math.abs(right / n - share) < 1e-12
                    && Math.abs(Math.sqrt(right / n * (1 - right / n) / (n - 1)) - error) < 1e-12;
        }
    }

    /**
     * Every published standard error of the OPT and BLOOM results that follows from an accuracy and a number of items: 65
     * tasks of 13 models, 62 of them with two accuracies. The number is the only one that gives all accuracies and errors
     * of its task. The 13 others are perplexities' (LAMBADA), which the harness draws from the items' log-likelihoods
     * (bootstrap), and those are not published.
     */
    @Test
    void publishedStandardErrorsAreReproduced() throws IOException {
        assumeTrue(Files.isDirectory(RESULTS), "the published results are not here");
        Map<String, List<Published>> byTask = new TreeMap<>();
        Map<String, Integer> errors = new TreeMap<>();
        read(byTask, errors);

        assertThat(errors).isEqualTo(Map.of("acc_stderr", 845, "acc_norm_stderr", 806, "ppl_stderr", 13));
        int compared = 0;
        for (Map.Entry<String, List<Published>> task : byTask.entrySet()) {
            List<Integer> possible = IntStream.rangeClosed(2, 20_000)
                    .filter(n -> task.getValue().stream().allMatch(published -> published.isOf(n)))
                    .boxed()
                    .toList();
            assertThat(possible).as(task.getKey()).hasSize(1);
            int n = possible.getFirst();
            assertThat(n).as(task.getKey()).isEqualTo(ITEMS.getOrDefault(task.getKey(), n));
            for (Published published : task.getValue()) {
                int right = (int) Math.rint(published.share * n);
                assertThat(Means.standardError(scores(right, n)))
                        .as(published.place)
                        .isCloseTo(published.error, within(1e-12));
                compared++;
            }
        }
        assertThat(byTask).hasSize(65);
        assertThat(compared).isEqualTo(1651);
    }

    private static void read(Map<String, List<Published>> byTask, Map<String, Integer> errors) throws IOException {
        try (Stream<Path> files = Files.walk(RESULTS)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                for (Map.Entry<String, JsonNode> task :
                        JsonMapper.shared().readTree(file).path("results").properties()) {
                    task.getValue().propertyNames().stream()
                            .filter(name -> name.endsWith("_stderr"))
                            .forEach(name -> errors.merge(name, 1, Integer::sum));
                    for (String metric : List.of("acc", "acc_norm")) {
                        JsonNode error = task.getValue().path(metric + "_stderr");
                        if (error.isNumber()) {
                            byTask.computeIfAbsent(task.getKey(), _ -> new ArrayList<>())
                                    .add(new Published(
                                            file + " " + task.getKey() + " " + metric,
                                            task.getValue().path(metric).doubleValue(),
                                            error.doubleValue()));
                        }
                    }
                }
            }
        }
    }

    private static List<Double> scores(int right, int n) {
        List<Double> scores = new ArrayList<>(Collections.nCopies(right, 1.0));
        scores.addAll(Collections.nCopies(n - right, 0.0));
        return scores;
    }

    /** By hand: cluster sums of deviations are 1, 0 and −1 around a mean of ½. */
    @Test
    void clustersAddUpBeforeTheyAreSquared() {
        List<Double> scores = List.of(1.0, 1.0, 1.0, 0.0, 0.0, 0.0);
        List<String> clusters = List.of("a", "a", "b", "b", "c", "c");

        assertThat(Means.clusteredStandardError(scores, clusters)).isCloseTo(Math.sqrt(2 * 3.0 / 2) / 6, within(1e-12));
        assertThat(Means.jackknifeStandardError(scores, clusters)).isCloseTo(Math.sqrt(2 * 3.0 / 2) / 6, within(1e-12));
    }

    /** The same as the plain one where each item is a cluster of its own. */
    @Test
    void clustersOfOneAreNoClusters() {
        SplittableRandom random = new SplittableRandom(1);
        List<Double> scores = random.doubles(40).boxed().toList();
        List<String> clusters =
                IntStream.range(0, 40).mapToObj(Integer::toString).toList();

        assertThat(Means.clusteredStandardError(scores, clusters))
                .isCloseTo(Means.standardError(scores), within(1e-12));
    }

    /** Student's t with 9 degrees of freedom: 2.262157 at 95 %. */
    @Test
    void intervalsUseStudentsT() {
        Interval interval = Means.interval(0.5, 0.1, 10, 0.95);

        assertThat(interval.high() - 0.5).isCloseTo(0.2262157, within(1e-7));
        assertThat(interval.low()).isCloseTo(0.5 - 0.2262157, within(1e-7));
    }

    /** One task is its own group. */
    @Test
    void aGroupOfOneTaskHasItsError() {
        assertThat(Means.pooledStandardError(List.of(0.0125), List.of(800))).isCloseTo(0.0125, within(1e-12));
    }

    /** With 5 differences of one sign all 2⁵ signs are as extreme in 2 cases: p is near 1/16. */
    @Test
    void permutationsCountHowOftenSignsAreAsExtreme() {
        double p = Means.permutationTest(List.of(0.5, 1.0, 0.25, 1.0, 0.0, 0.75), 200_000, new SplittableRandom(7));

        assertThat(p).isCloseTo(1.0 / 16, within(0.003));
        assertThat(Means.permutationTest(List.of(0.0, 0.0), 100, new SplittableRandom(7)))
                .isEqualTo(1);
    }

    @Test
    void theBootstrapFindsTheErrorOfAMean() {
        List<Double> scores = scores(30, 100);
        double error = Means.bootstrapStandardError(100, 4000, new SplittableRandom(3), chosen -> {
            double sum = 0;
            for (int i : chosen) {
                sum += scores.get(i);
            }
            return sum / chosen.length;
        });
        assertThat(error).isCloseTo(Math.sqrt(0.3 * 0.7 / 100), within(0.002));
    }

    @Test
    void oneScoreHasNoError() {
        assertThatThrownBy(() -> Means.standardError(List.of(1.0))).hasMessageContaining("at least two scores: 1");
        assertThatThrownBy(() -> Means.clusteredStandardError(List.of(1.0, 0.0), List.of("a", "a")))
                .hasMessageContaining("at least two clusters: 1");
    }
}
