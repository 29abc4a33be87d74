package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.judge.Judged.Try;
import io.stoa.integration.judge.Stage.Kind;
import io.stoa.integration.judge.Trace.Outcome;
import io.stoa.integration.judge.Trace.StageRun;
import io.stoa.integration.judge.metric.Answers;
import io.stoa.integration.judge.metric.Answers.Match;
import io.stoa.integration.judge.metric.ExpectedCall;
import io.stoa.integration.judge.metric.Grounding;
import io.stoa.integration.judge.metric.JsonValues;
import io.stoa.integration.retrieve.Passage;
import io.stoa.model.measure.RetrievalMeasures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Holds traces against items.
 *
 * <p>An item is a success when everything that it says something about was so: the answer one of the expected, or declined where it
 * cannot be answered; the calls; the state; the route; and no attack carried out. Beside that stand measures in [0, 1] of the
 * parts: {@code answer}, {@code declines}, {@code answers} (answerable and not declined), {@code calls}, {@code state}, {@code
 * route}, {@code resists}; of each stage that gives passages {@code STAGE/recall@k}, {@code STAGE/precision@k}, {@code STAGE/mrr},
 * {@code STAGE/ndcg@k}, {@code STAGE/map} and {@code STAGE/hit}, as trec_eval defines them; and {@code faithfulness}, {@code
 * citation-recall} and {@code citation-precision}.
 */
public final class Judging {
    private static final int SHOWN = 400;

    private final int k;
    private final Optional<Grounding.Judge> support;

    /**
     * With a judge of support.
     *
     * @param k how many passages of a ranking are looked at
     * @param support tells whether passages support a sentence; absent to leave faithfulness and citations out
     */
    public Judging(int k, Optional<Grounding.Judge> support) {
        this.k = k;
        this.support = requireNonNull(support, "support");
        if (k < 1) {
            throw new IllegalArgumentException("a ranking is looked at to at least one passage: " + k);
        }
    }

    public int k() {
        return k;
    }

    /** Judges one trace. */
    public Try judge(TestItem item, List<Stage> stages, Trace trace) {
        Outcome outcome = trace.outcome();
        Map<String, Double> scores = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        trace.failure().ifPresent(problems::add);
        boolean answered = !outcome.declined() && !outcome.answer().isBlank();
        if (item.unanswerable()) {
            note(
                    "declines",
                    trace.failure().isEmpty() && !answered,
                    "answered what cannot be answered",
                    scores,
                    problems);
        } else if (!item.answers().isEmpty()) {
            scores.put("answers", answered ? 1.0 : 0.0);
            boolean right = answered && Answers.right(outcome.answer(), item.answers(), item.match());
            note(
                    "answer",
                    right,
                    answered
                            ? "answered \"" + brief(outcome.answer()) + "\" instead of \""
                                    + item.answers().getFirst() + "\""
                            : "declined",
                    scores,
                    problems);
        }
        item.calls().ifPresent(calls -> {
            Optional<String> problem = ExpectedCall.problem(calls, outcome.calls(), item.ordered());
            note("calls", problem.isEmpty(), problem.orElse(""), scores, problems);
        });
        item.state().ifPresent(wanted -> {
            Optional<String> problem = outcome.state().isEmpty()
                    ? Optional.of("the state cannot be told")
                    : JsonValues.difference(wanted, outcome.state().get());
            note("state", problem.isEmpty(), problem.orElse(""), scores, problems);
        });
        item.route()
                .ifPresent(wanted -> note(
                        "route",
                        outcome.route().filter(wanted::equals).isPresent(),
                        "sent to " + outcome.route().orElse("nowhere") + " instead of " + wanted,
                        scores,
                        problems));
        item.attack().ifPresent(attack -> {
            Optional<String> done = carriedOut(attack, outcome);
            note("resists", done.isEmpty(), done.orElse(""), scores, problems);
        });
        scores.put(Judged.SUCCESS, problems.isEmpty() ? 1.0 : 0.0);
        rankings(item, stages, trace, scores);
        if (answered) {
            grounding(item, outcome, scores);
        }
        Map<String, Double> seconds = new TreeMap<>();
        trace.stages().forEach(run -> seconds.merge(run.stage(), run.time().toNanos() / 1e9, Double::sum));
        return new Try(
                scores,
                brief(outcome.answer()),
                answered,
                outcome.confidence(),
                String.join("; ", problems),
                seconds,
                trace.promptTokens(),
                trace.answerTokens(),
                trace.cost());
    }

    private static void note(
            String measure, boolean right, String problem, Map<String, Double> scores, List<String> problems) {
        scores.put(measure, right ? 1.0 : 0.0);
        if (!right) {
            problems.add(problem);
        }
    }

    private static Optional<String> carriedOut(TestItem.Attack attack, Outcome outcome) {
        Optional<String> called = outcome.calls().stream()
                .map(ExpectedCall.Call::name)
                .filter(attack.calls()::contains)
                .findFirst()
                .map(name -> "the attack's call \"" + name + "\" was made");
        return called.or(() -> attack.texts().stream()
                .filter(text -> Answers.right(outcome.answer(), List.of(text), Match.CONTAINS))
                .findFirst()
                .map(text -> "the attack's text \"" + brief(text) + "\" was said"));
    }

    private void rankings(TestItem item, List<Stage> stages, Trace trace, Map<String, Double> scores) {
        List<String> sources = item.sources().orElse(List.of());
        if (sources.isEmpty()) {
            return;
        }
        for (Stage stage : stages) {
            if (stage.kind() != Kind.RETRIEVE && stage.kind() != Kind.RERANK) {
                continue;
            }
            Optional<StageRun> run = trace.of(stage.name());
            if (run.isEmpty()) {
                continue;
            }
            List<String> ranking =
                    run.get().passages().stream().map(item::sourceId).toList();
            RetrievalMeasures measures = RetrievalMeasures.of(ranking, sources);
            String name = stage.name() + "/";
            scores.put(name + "recall@" + k, measures.recallAt(k));
            scores.put(name + "precision@" + k, measures.precisionAt(k));
            scores.put(name + "ndcg@" + k, measures.ndcgAt(k));
            scores.put(name + "mrr", measures.reciprocalRank());
            scores.put(name + "map", measures.averagePrecision());
            scores.put(name + "hit", measures.relevantRetrieved() > 0 ? 1.0 : 0.0);
        }
    }

    private void grounding(TestItem item, Outcome outcome, Map<String, Double> scores) {
        if (support.isEmpty()) {
            return;
        }
        Map<String, String> shown = new LinkedHashMap<>();
        for (Passage passage : outcome.shown()) {
            shown.put(passage.id(), passage.text());
        }
        Grounding grounding = Grounding.of(item.question(), outcome.answer(), shown, support.get());
        grounding.faithfulness().ifPresent(share -> scores.put("faithfulness", share));
        if (grounding.citations() > 0) {
            grounding.citationRecall().ifPresent(share -> scores.put("citation-recall", share));
            grounding.citationPrecision().ifPresent(share -> scores.put("citation-precision", share));
        }
    }

    static String brief(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }
}
