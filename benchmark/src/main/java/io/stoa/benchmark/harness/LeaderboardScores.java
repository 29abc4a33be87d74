package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An evaluation by the rules of the Open LLM Leaderboards, whose averages are not those of the harness' groups.
 *
 * <p>Version 1 takes the plain mean of six benchmarks, MMLU's being the plain mean of its 57 subjects. Version 2 first sets
 * every subtask between its lower bound, which is chance, and 1: {@code s = 100 (raw − lb) / (1 − lb)}, and 0 below the
 * bound; a benchmark is the plain mean of its subtasks, and the board's score the plain mean of the six (huggingface's
 * leaderboards 8683cac, open_llm_leaderboard/normalization.md). MATH counts by {@code exact_match}, which compares values
 * and is how the board scored since its change to math_verify.
 *
 * @param board {@link #VERSION_1} or {@link #VERSION_2}
 * @param benchmarks those of which every subtask is there, 0 to 100, in the board's order
 * @param missing for each of the other benchmarks the tasks that are not there
 */
public record LeaderboardScores(
        String board, SequencedMap<String, Double> benchmarks, SequencedMap<String, List<String>> missing) {
    /** The name of the shipped group, and of the board. */
    public static final String VERSION_1 = "open-llm-leaderboard-v1";

    /** The name of the shipped group, and of the board. */
    public static final String VERSION_2 = "open-llm-leaderboard-v2";

    /** The harness' own name of the group of version 2, and how its tasks' names begin. */
    private static final String HARNESS = "leaderboard";

    private static final int SUBJECTS_OF_MMLU = 57;

    public LeaderboardScores {
        requireNonNull(board, "board");
        benchmarks = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(benchmarks));
        missing = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(missing));
    }

    /** The board's score, 0 to 100; absent while benchmarks are missing. */
    public OptionalDouble score() {
        return missing.isEmpty()
                ? benchmarks.values().stream().mapToDouble(Double::doubleValue).average()
                : OptionalDouble.empty();
    }

    /** The scores of a board's group, or of a part of version 2; absent where the evaluation is of another kind. */
    public static Optional<LeaderboardScores> of(Evaluation evaluation) {
        SequencedMap<String, Evaluated> tasks = evaluation.tasks();
        String name = evaluation.suite().name();
        if (name.equals(VERSION_1)) {
            return Optional.of(of(VERSION_1, first(tasks), tasks));
        }
        boolean second = name.equals(VERSION_2)
                || name.equals(HARNESS)
                || tasks.keySet().stream().anyMatch(task -> task.startsWith(HARNESS + "_"));
        return second ? Optional.of(of(VERSION_2, second(), tasks)) : Optional.empty();
    }

    /** One number that goes into a benchmark: of version 2's benchmarks IFEval has two of one task. */
    private record Part(String task, String metric, Optional<String> filter, double lowerBound) {
        Part(String task, String metric, double lowerBound) {
            this(task, metric, Optional.empty(), lowerBound);
        }

        static Part ofChoices(String task, String metric, int choices) {
            return new Part(task, metric, 1.0 / choices);
        }

        OptionalDouble score(Map<String, Evaluated> tasks) {
            return Optional.ofNullable(tasks.get(task)).stream()
                    .flatMap(evaluated -> evaluated.numbers().stream())
                    .filter(number -> number.metric().equals(metric))
                    .filter(number -> filter.isEmpty() || filter.get().equals(number.filter()))
                    .mapToDouble(number -> normalized(number.value(), lowerBound))
                    .findFirst();
        }
    }

    /** 0 to 100 between a lower bound and 1; 0 below the bound. */
    static double normalized(double raw, double lowerBound) {
        return raw < lowerBound ? 0 : 100 * (raw - lowerBound) / (1 - lowerBound);
    }

    private static LeaderboardScores of(
            String board, SequencedMap<String, List<Part>> parts, Map<String, Evaluated> tasks) {
        SequencedMap<String, Double> benchmarks = new LinkedHashMap<>();
        SequencedMap<String, List<String>> missing = new LinkedHashMap<>();
        parts.forEach((benchmark, needed) -> {
            List<String> absent = needed.stream()
                    .filter(part -> part.score(tasks).isEmpty())
                    .map(Part::task)
                    .distinct()
                    .toList();
            if (absent.isEmpty()) {
                benchmarks.put(
                        benchmark,
                        needed.stream()
                                .mapToDouble(part -> part.score(tasks).orElseThrow())
                                .average()
                                .orElseThrow());
            } else {
                missing.put(benchmark, absent);
            }
        });
        return new LeaderboardScores(board, benchmarks, missing);
    }

    private static SequencedMap<String, List<Part>> first(Map<String, Evaluated> tasks) {
        SequencedMap<String, List<Part>> parts = new LinkedHashMap<>();
        parts.put("ARC", List.of(new Part("arc_challenge", "acc_norm", 0)));
        parts.put("HellaSwag", List.of(new Part("hellaswag", "acc_norm", 0)));
        parts.put("MMLU", subjects(tasks));
        parts.put("TruthfulQA", List.of(new Part("truthfulqa_mc2", "acc", 0)));
        parts.put("Winogrande", List.of(new Part("winogrande", "acc", 0)));
        parts.put("GSM8K", List.of(new Part("gsm8k", "exact_match", Optional.of("strict-match"), 0)));
        return parts;
    }

    /** The subjects that are there, and where they are not all, one that never is and says how many are missing. */
    private static List<Part> subjects(Map<String, Evaluated> tasks) {
        List<Part> subjects = new ArrayList<>();
        tasks.keySet().stream()
                .filter(task -> task.startsWith("mmlu_"))
                .forEach(task -> subjects.add(new Part(task, "acc", 0)));
        if (subjects.size() != SUBJECTS_OF_MMLU) {
            subjects.add(new Part("mmlu (" + subjects.size() + " of " + SUBJECTS_OF_MMLU + " subjects)", "acc", 0));
        }
        return subjects;
    }

    private static SequencedMap<String, List<Part>> second() {
        SequencedMap<String, List<Part>> parts = new LinkedHashMap<>();
        parts.put(
                "IFEval",
                List.of(
                        new Part("leaderboard_ifeval", "prompt_level_strict_acc", 0),
                        new Part("leaderboard_ifeval", "inst_level_strict_acc", 0)));
        parts.put("BBH", bigBenchHard());
        parts.put(
                "MATH Lvl 5",
                Stream.of(
                                "algebra",
                                "counting_and_prob",
                                "geometry",
                                "intermediate_algebra",
                                "num_theory",
                                "prealgebra",
                                "precalculus")
                        .map(subject -> new Part("leaderboard_math_" + subject + "_hard", "exact_match", 0))
                        .toList());
        parts.put(
                "GPQA",
                Stream.of("diamond", "extended", "main")
                        .map(set -> Part.ofChoices("leaderboard_gpqa_" + set, "acc_norm", 4))
                        .toList());
        parts.put(
                "MuSR",
                List.of(
                        Part.ofChoices("leaderboard_musr_murder_mysteries", "acc_norm", 2),
                        Part.ofChoices("leaderboard_musr_object_placements", "acc_norm", 5),
                        Part.ofChoices("leaderboard_musr_team_allocation", "acc_norm", 3)));
        parts.put("MMLU-Pro", List.of(Part.ofChoices("leaderboard_mmlu_pro", "acc", 10)));
        return parts;
    }

    private static List<Part> bigBenchHard() {
        SequencedMap<Integer, List<String>> byChoices = new LinkedHashMap<>();
        byChoices.put(
                2,
                List.of(
                        "boolean_expressions",
                        "causal_judgement",
                        "formal_fallacies",
                        "hyperbaton",
                        "navigate",
                        "snarks",
                        "sports_understanding",
                        "web_of_lies"));
        byChoices.put(
                3,
                List.of(
                        "disambiguation_qa",
                        "logical_deduction_three_objects",
                        "tracking_shuffled_objects_three_objects"));
        byChoices.put(4, List.of("temporal_sequences"));
        byChoices.put(
                5,
                List.of(
                        "logical_deduction_five_objects",
                        "penguins_in_a_table",
                        "tracking_shuffled_objects_five_objects"));
        byChoices.put(
                6,
                List.of(
                        "date_understanding",
                        "movie_recommendation",
                        "ruin_names",
                        "salient_translation_error_detection"));
        byChoices.put(7, List.of("logical_deduction_seven_objects", "tracking_shuffled_objects_seven_objects"));
        byChoices.put(11, List.of("geometric_shapes"));
        byChoices.put(18, List.of("reasoning_about_colored_objects"));
        byChoices.put(19, List.of("object_counting"));
        List<Part> parts = new ArrayList<>();
        byChoices.forEach((choices, names) ->
                names.forEach(name -> parts.add(Part.ofChoices("leaderboard_bbh_" + name, "acc_norm", choices))));
        return parts;
    }

    /** For results files: {@code score} is null while benchmarks are missing. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("board", board);
        if (score().isPresent()) {
            json.put("score", score().getAsDouble());
        } else {
            json.putNull("score");
        }
        ObjectNode scores = json.putObject("benchmarks");
        benchmarks.forEach(scores::put);
        ObjectNode absent = json.putObject("missing");
        missing.forEach((benchmark, tasks) -> {
            ArrayNode names = absent.putArray(benchmark);
            tasks.forEach(names::add);
        });
        return json;
    }
}
