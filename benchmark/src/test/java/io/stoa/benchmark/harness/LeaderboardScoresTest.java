package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class LeaderboardScoresTest {
    private static final TaskLibrary LIBRARY = new TaskLibrary(List.of(ShippedTasks.folder()));
    private static final List<String> MATH = List.of(
            "algebra",
            "counting_and_prob",
            "geometry",
            "intermediate_algebra",
            "num_theory",
            "prealgebra",
            "precalculus");

    private final SequencedMap<String, Evaluated> tasks = new LinkedHashMap<>();

    private void add(String task, String metric, String filter, double value) {
        Evaluated.Figure figure =
                new Evaluated.Figure(metric, filter, value, OptionalDouble.empty(), Optional.empty(), true);
        tasks.merge(
                task,
                new Evaluated(task, task, 10, Optional.of(10), 0, List.of(figure)),
                (before, now) -> new Evaluated(
                        task,
                        task,
                        10,
                        Optional.of(10),
                        0,
                        List.of(before.numbers().getFirst(), figure)));
    }

    private void add(String task, String metric, double value) {
        add(task, metric, "none", value);
    }

    private void addShipped(String group, String metric, double value) {
        LIBRARY.find(group, Map.of()).tasks().forEach(task -> add(task.name(), metric, value));
    }

    private Evaluation evaluation(String group) {
        return Evaluation.of(new Suite.Group(group, group, List.of(), List.of(), ""), tasks);
    }

    private LeaderboardScores scores(String group) {
        return LeaderboardScores.of(evaluation(group)).orElseThrow();
    }

    private void addVersion2() {
        add("leaderboard_ifeval", "prompt_level_strict_acc", 0.4);
        add("leaderboard_ifeval", "inst_level_strict_acc", 0.6);
        addShipped("leaderboard_bbh", "acc_norm", 0.6915);
        MATH.forEach(subject -> add("leaderboard_math_" + subject + "_hard", "exact_match", 0.2));
        addShipped("leaderboard_gpqa", "acc_norm", 0.4);
        add("leaderboard_musr_murder_mysteries", "acc_norm", 0.6);
        add("leaderboard_musr_object_placements", "acc_norm", 0.1);
        add("leaderboard_musr_team_allocation", "acc_norm", 0.5);
        add("leaderboard_mmlu_pro", "acc", 0.5309);
    }

    /** The board showed 47.88 for a raw .5309 of MMLU-Pro (lm-evaluation-harness, issue 2583). */
    @Test
    void version2SetsEverySubtaskBetweenChanceAndOne() {
        addVersion2();
        LeaderboardScores scores = scores("open-llm-leaderboard-v2");
        assertThat(scores.missing()).isEmpty();
        assertThat(scores.benchmarks().keySet())
                .containsExactly("IFEval", "BBH", "MATH Lvl 5", "GPQA", "MuSR", "MMLU-Pro");
        assertThat(scores.benchmarks().getOrDefault("MMLU-Pro", 0.0)).isCloseTo(47.88, within(0.005));
        assertThat(scores.benchmarks().getOrDefault("IFEval", 0.0)).isCloseTo(50, within(1e-9));
        assertThat(scores.benchmarks().getOrDefault("MATH Lvl 5", 0.0)).isCloseTo(20, within(1e-9));
        assertThat(scores.benchmarks().getOrDefault("GPQA", 0.0)).isCloseTo(20, within(1e-9));
        // 20 and 25 above chance, and 0 for the one below it.
        assertThat(scores.benchmarks().getOrDefault("MuSR", 0.0)).isCloseTo(15, within(1e-9));
        assertThat(scores.benchmarks().getOrDefault("BBH", 0.0)).isCloseTo(BBH_AT_6915, within(1e-6));
        assertThat(scores.score().orElseThrow())
                .isCloseTo((50 + BBH_AT_6915 + 20 + 20 + 15 + 100 * 0.4309 / 0.9) / 6, within(1e-6));
    }

    /** The mean over 24 subtasks of (.6915 − 1/k) / (1 − 1/k), computed apart from this code. */
    private static final double BBH_AT_6915 = 53.813635;

    /** Another way to the table of lower bounds: the choices of the shipped task files. */
    @Test
    void lowerBoundsAreThoseOfTheTasksChoices() {
        LIBRARY.find("leaderboard_bbh", Map.of()).tasks().forEach(task -> {
            double chance =
                    1.0 / ((Field.Fixed) task.choices().orElseThrow()).value().size();
            add(task.name(), "acc_norm", chance + 0.5 * (1 - chance));
        });
        assertThat(scores("leaderboard_bbh").benchmarks().getOrDefault("BBH", 0.0))
                .isCloseTo(50, within(1e-9));
    }

    @Test
    void withoutAllBenchmarksThereIsNoScore() {
        addVersion2();
        tasks.remove("leaderboard_math_geometry_hard");
        tasks.remove("leaderboard_mmlu_pro");
        LeaderboardScores scores = scores("open-llm-leaderboard-v2");
        assertThat(scores.score()).isEmpty();
        assertThat(scores.benchmarks().keySet()).containsExactly("IFEval", "BBH", "GPQA", "MuSR");
        assertThat(scores.missing().getOrDefault("MATH Lvl 5", List.of()))
                .containsExactly("leaderboard_math_geometry_hard");
        assertThat(scores.missing().getOrDefault("MMLU-Pro", List.of())).containsExactly("leaderboard_mmlu_pro");
    }

    @Test
    void version1IsThePlainMeanOfSix() {
        add("arc_challenge", "acc_norm", 0.5);
        add("hellaswag", "acc_norm", 0.6);
        addShipped("mmlu", "acc", 0.4);
        add("truthfulqa_mc2", "acc", 0.45);
        add("winogrande", "acc", 0.7);
        add("gsm8k", "exact_match", "flexible-extract", 0.9);
        add("gsm8k", "exact_match", "strict-match", 0.3);
        assertThat(scores("open-llm-leaderboard-v1").score().orElseThrow())
                .isCloseTo(100 * (0.5 + 0.6 + 0.4 + 0.45 + 0.7 + 0.3) / 6, within(1e-9));
        tasks.remove("mmlu_anatomy");
        LeaderboardScores scores = scores("open-llm-leaderboard-v1");
        assertThat(scores.score()).isEmpty();
        assertThat(scores.missing().getOrDefault("MMLU", List.of())).containsExactly("mmlu (56 of 57 subjects)");
    }

    @Test
    void resultsHoldThem() {
        addVersion2();
        JsonNode leaderboard = JsonMapper.shared()
                .readTree(evaluation("open-llm-leaderboard-v2").json("m"))
                .path("leaderboard");
        assertThat(leaderboard.path("board").stringValue()).isEqualTo("open-llm-leaderboard-v2");
        assertThat(leaderboard.path("score").doubleValue())
                .isEqualTo(scores("open-llm-leaderboard-v2").score().orElseThrow());
        assertThat(leaderboard.path("benchmarks").size()).isEqualTo(6);
        tasks.remove("leaderboard_mmlu_pro");
        JsonNode partly = JsonMapper.shared()
                .readTree(evaluation("open-llm-leaderboard-v2").json("m"))
                .path("leaderboard");
        assertThat(partly.path("score").isNull()).isTrue();
        assertThat(partly.path("missing").path("MMLU-Pro").size()).isEqualTo(1);
        tasks.clear();
        add("gsm8k", "exact_match", 0.3);
        assertThat(JsonMapper.shared().readTree(evaluation("mine").json("m")).has("leaderboard"))
                .isFalse();
    }
}
