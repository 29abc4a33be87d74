package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.judge.Judged.Try;
import io.stoa.integration.judge.metric.Abstention;
import io.stoa.integration.judge.metric.PairedDifference;
import io.stoa.integration.judge.metric.ReliabilityCurve;
import io.stoa.integration.judge.metric.ReliabilityCurve.Chain;
import io.stoa.integration.judge.metric.Scores;
import io.stoa.integration.judge.metric.Spread;
import io.stoa.model.Score;
import io.stoa.model.measure.Attempts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What a run says, every estimate with its interval.
 *
 * @param subject the pipeline's name
 * @param measures by name; success first. {@code injection-success} is the share of attacks that were carried out
 * @param abstention coverage and its risks, by name
 * @param passAll pass^k by k: the chance that k tries of an item are all right
 * @param passAny pass@k by k: the chance that one of k tries is right
 * @param curve over the steps of cases, where items belong to cases of several steps
 * @param robustness what each change of the items costs
 * @param seconds of an item in total, median and 95th percentile
 * @param stageSeconds each stage's median
 * @param promptTokens read for an item, mean
 * @param answerTokens written for an item, mean
 * @param cost of an item, mean, in the unit of the pipeline's prices
 * @param problems what most often went wrong, with how often
 */
public record EvaluationReport(
        String subject,
        Map<String, Score> measures,
        Map<String, Score> abstention,
        Map<Integer, Score> passAll,
        Map<Integer, Score> passAny,
        Optional<ReliabilityCurve> curve,
        Map<String, PairedDifference> robustness,
        List<Spread> seconds,
        Map<String, Spread> stageSeconds,
        double promptTokens,
        double answerTokens,
        double cost,
        Map<String, Integer> problems) {
    private static final int MOST_PROBLEMS = 5;

    public EvaluationReport {
        requireNonNull(curve, "curve");
        measures = ordered(measures);
        abstention = ordered(abstention);
        passAll = ordered(passAll);
        passAny = ordered(passAny);
        robustness = ordered(robustness);
        stageSeconds = ordered(stageSeconds);
        problems = ordered(problems);
        seconds = List.copyOf(seconds);
    }

    private static <K, V> Map<K, V> ordered(Map<K, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    /** Of a run. */
    public static EvaluationReport of(EvaluationRun run) {
        Map<String, Score> measures = new LinkedHashMap<>();
        for (String measure : run.measures()) {
            measures.put(measure, Scores.mean(run.scores(measure), run.stop()));
        }
        Optional.ofNullable(measures.get("resists"))
                .ifPresent(_ -> measures.put(
                        "injection-success",
                        Scores.mean(
                                run.scores("resists").stream()
                                        .map(resists -> 1 - resists)
                                        .toList(),
                                run.stop())));
        List<Double> seconds = firsts(run, Try::totalSeconds);
        return new EvaluationReport(
                run.subject(),
                measures,
                abstention(run),
                passes(run, Attempts::passHatK),
                passes(run, Attempts::passAtK),
                curve(run.results()),
                robustness(run),
                List.of(Spread.of(seconds, 0.5), Spread.of(seconds, 0.95)),
                stageSeconds(run),
                mean(firsts(run, one -> (double) one.promptTokens())),
                mean(firsts(run, one -> (double) one.answerTokens())),
                mean(firsts(run, Try::cost)),
                problems(run));
    }

    private static List<Double> firsts(EvaluationRun run, ToDoubleFunction<Try> value) {
        return run.results().stream()
                .map(item -> value.applyAsDouble(item.tries().getFirst()))
                .toList();
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    /** How the items with and without an answer were answered or declined; absent where there are none. */
    public static Optional<Abstention> abstentionOf(EvaluationRun run) {
        List<Abstention.Case> cases = new ArrayList<>();
        for (Judged item : run.results()) {
            Try first = item.tries().getFirst();
            if (isAnswerOrNot(first)) {
                boolean right =
                        first.scores().getOrDefault("answer", first.scores().getOrDefault("declines", 0.0)) == 1;
                cases.add(new Abstention.Case(
                        item.answerable(),
                        first.answered(),
                        right && (item.answerable() || !first.answered()),
                        first.confidence().orElse(0)));
            }
        }
        return cases.isEmpty() ? Optional.empty() : Optional.of(new Abstention(cases, run.stop()));
    }

    private static boolean isAnswerOrNot(Try one) {
        return one.scores().containsKey("answers") || one.scores().containsKey("declines");
    }

    /** Whether the pipeline tells how sure each of its answers is. */
    public static boolean isSure(EvaluationRun run) {
        return run.results().stream()
                .map(item -> item.tries().getFirst())
                .filter(EvaluationReport::isAnswerOrNot)
                .filter(Try::answered)
                .allMatch(one -> one.confidence().isPresent());
    }

    private static Map<String, Score> abstention(EvaluationRun run) {
        Optional<Abstention> found = abstentionOf(run);
        if (found.isEmpty()) {
            return Map.of();
        }
        Abstention abstention = found.get();
        Map<String, Score> scores = new LinkedHashMap<>();
        scores.put("coverage", abstention.coverage());
        abstention.risk().ifPresent(score -> scores.put("risk", score));
        abstention.falseAnswers().ifPresent(score -> scores.put("false answers", score));
        abstention.needlesslyDeclined().ifPresent(score -> scores.put("needlessly declined", score));
        if (isSure(run)) {
            for (int percent : new int[] {50, 80}) {
                abstention
                        .riskAt(percent / 100.0)
                        .ifPresent(score -> scores.put("risk at " + percent + " % coverage", score));
            }
        }
        return scores;
    }

    /** Of n answers to an item with so many right, what is expected of k. */
    @FunctionalInterface
    private interface OfTries {
        double of(int n, int right, int k);
    }

    private static Map<Integer, Score> passes(EvaluationRun run, OfTries estimate) {
        int least = run.results().stream()
                .mapToInt(item -> item.tries().size())
                .min()
                .orElseThrow();
        Map<Integer, Score> passes = new TreeMap<>();
        for (int k = 1; k <= least && least > 1; k++) {
            int drawn = k;
            passes.put(
                    k,
                    Scores.mean(
                            run.results().stream()
                                    .map(item -> Math.clamp(
                                            estimate.of(item.tries().size(), item.successes(), drawn), 0.0, 1.0))
                                    .toList(),
                            run.stop()));
        }
        return passes;
    }

    /** Cases of several steps, in the order of their items. */
    static Optional<ReliabilityCurve> curve(List<Judged> results) {
        Map<String, List<Boolean>> cases = new LinkedHashMap<>();
        for (Judged item : results) {
            item.ofCase()
                    .ifPresent(name -> cases.computeIfAbsent(name, _ -> new ArrayList<>())
                            .add(item.tries().getFirst().success()));
        }
        List<Chain> chains = new ArrayList<>();
        for (List<Boolean> steps : cases.values()) {
            int wrong = steps.indexOf(false);
            chains.add(new Chain(steps.size(), wrong < 0 ? steps.size() : wrong));
        }
        return chains.stream().anyMatch(chain -> chain.steps() > 1)
                ? Optional.of(ReliabilityCurve.of(chains))
                : Optional.empty();
    }

    private static Map<String, PairedDifference> robustness(EvaluationRun run) {
        Map<String, Double> plain = new LinkedHashMap<>();
        run.results()
                .forEach(item -> plain.put(item.item(), item.tries().getFirst().success() ? 1.0 : 0.0));
        Map<String, PairedDifference> costs = new LinkedHashMap<>();
        run.changed().forEach((name, changed) -> {
            List<Double> before = new ArrayList<>();
            List<Double> after = new ArrayList<>();
            for (Judged item : changed) {
                before.add(plain.getOrDefault(item.item(), 0.0));
                after.add(item.tries().getFirst().success() ? 1.0 : 0.0);
            }
            costs.put(name, PairedDifference.of(before, after, Scores.CONFIDENCE));
        });
        return costs;
    }

    private static Map<String, Spread> stageSeconds(EvaluationRun run) {
        Map<String, List<Double>> seconds = new LinkedHashMap<>();
        run.results()
                .forEach(item -> item.tries()
                        .getFirst()
                        .seconds()
                        .forEach((stage, time) -> seconds.computeIfAbsent(stage, _ -> new ArrayList<>())
                                .add(time)));
        Map<String, Spread> medians = new LinkedHashMap<>();
        seconds.forEach((stage, times) -> medians.put(stage, Spread.of(times, 0.5)));
        return medians;
    }

    private static Map<String, Integer> problems(EvaluationRun run) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Judged item : run.results()) {
            String problem = item.tries().getFirst().problem().replaceAll("\"[^\"]*\"", "…");
            if (!problem.isEmpty()) {
                counts.merge(problem, 1, Integer::sum);
            }
        }
        Map<String, Integer> most = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(MOST_PROBLEMS)
                .forEach(entry -> most.put(entry.getKey(), entry.getValue()));
        return most;
    }
}
