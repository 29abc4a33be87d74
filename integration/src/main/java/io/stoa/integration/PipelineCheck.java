package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.EngineSource;
import io.stoa.integration.PipelineEvidence.Batch;
import io.stoa.integration.PipelineEvidence.Losses;
import io.stoa.integration.judge.Blame;
import io.stoa.integration.judge.Evaluation;
import io.stoa.integration.judge.EvaluationReport;
import io.stoa.integration.judge.EvaluationRun;
import io.stoa.integration.judge.Judged;
import io.stoa.integration.judge.Judging;
import io.stoa.integration.judge.PipelineSubject;
import io.stoa.integration.judge.Stage.Kind;
import io.stoa.integration.judge.TestItem;
import io.stoa.integration.judge.metric.Abstention;
import io.stoa.integration.judge.metric.Scores;
import io.stoa.integration.pipeline.ModelReranker;
import io.stoa.integration.pipeline.Surroundings;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.Gate;
import io.stoa.model.PillarName;
import io.stoa.model.Progress;
import io.stoa.model.Quantity;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.Score;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Does the candidate do the job inside the pipeline that it is meant for? The whole is held against its gate. Where it misses it, stages
 * are put right one after the other: what is the candidate's own fault blocks it, what is a stage's that can be mended whatever the
 * candidate is becomes a condition.
 */
final class PipelineCheck implements Check {
    private static final int BATCH = 25;

    private final Candidate candidate;
    private final PipelineTask task;
    private final EngineSource engines;
    private final String engineBuild;
    private final Duration estimate;
    private final Judging judging;

    PipelineCheck(Candidate candidate, PipelineTask task, EngineSource engines, String engineBuild, Duration estimate) {
        this.candidate = requireNonNull(candidate, "candidate");
        this.task = requireNonNull(task, "task");
        this.engines = requireNonNull(engines, "engines");
        this.engineBuild = requireNonNull(engineBuild, "engineBuild");
        this.estimate = requireNonNull(estimate, "estimate");
        this.judging = new Judging(task.k(), Optional.empty());
    }

    @Override
    public String id() {
        return "integration/pipeline";
    }

    @Override
    public PillarName pillar() {
        return PillarName.INTEGRATION;
    }

    @Override
    public String title() {
        return "pipeline " + task.pipeline().name() + ": " + task.items().all().size() + " items, the candidate as "
                + task.model();
    }

    @Override
    public Stage stage() {
        return Stage.RUN;
    }

    @Override
    public Duration estimate() {
        return estimate;
    }

    @Override
    public List<Finding> run(Recorder recorder, Progress progress) {
        Surroundings others = task.others().get();
        List<TestItem> items = task.items().all();
        List<Judged> judged = new ArrayList<>();
        List<EvidenceRef> evidence = new ArrayList<>();
        for (int start = 0; start < items.size(); start += BATCH) {
            int from = start;
            List<TestItem> some = items.subList(from, Math.min(items.size(), from + BATCH));
            Recorded<Batch> entry = recorder.once(key("#" + from / BATCH, others, some), Batch.class, () -> {
                Evaluation evaluation = new Evaluation(subject(others), judging, Evaluation.Settings.once(0));
                List<Judged> batch = new ArrayList<>();
                for (TestItem item : some) {
                    batch.add(evaluation.judge(item));
                    progress.at(from + batch.size(), items.size());
                }
                return new Batch(batch);
            });
            judged.addAll(entry.value().items());
            evidence.add(entry.evidence());
            progress.at(from + some.size(), items.size());
        }
        EvaluationRun run = new EvaluationRun(
                EvaluationRun.FORMAT,
                task.pipeline().name(),
                task.pipeline().digest().toString(),
                task.items().digest().toString(),
                task.items().file().stop(),
                task.k(),
                0,
                judged,
                Map.of());
        return findings(run, others, recorder, progress, evidence);
    }

    private PipelineSubject subject(Surroundings others) {
        Map<String, Surroundings.Model> models = new LinkedHashMap<>(others.models());
        Surroundings.Model model = new Surroundings.Model(engines.engine(candidate), candidate.identity());
        models.put(task.model(), model);
        Map<String, Surroundings.Reranker> rerankers = new LinkedHashMap<>(others.rerankers());
        if (PipelineSubject.rankingModels(task.pipeline()).contains(task.model())) {
            rerankers.put(task.model(), new ModelReranker(model));
        }
        return new PipelineSubject(
                task.pipeline(),
                new Surroundings(models, others.stores(), others.tools(), rerankers, others.agents()),
                PipelineSubject.Conditions.rehearsed());
    }

    private EvidenceKey key(String part, Surroundings others, List<TestItem> items) {
        return new EvidenceKey(
                candidate.identity(),
                id() + part,
                Digest.of(String.join(
                        "\n",
                        "pipeline 1",
                        engineBuild,
                        task.pipeline().digest().toString(),
                        task.model(),
                        others.identities().toString(),
                        "k " + task.k(),
                        items.toString())));
    }

    // ---- What follows ----

    private List<Finding> findings(
            EvaluationRun run, Surroundings others, Recorder recorder, Progress progress, List<EvidenceRef> evidence) {
        EvaluationReport report = EvaluationReport.of(run);
        List<Finding> findings = new ArrayList<>();
        Score success = Scores.mean(run.scores(Judged.SUCCESS), run.stop());
        findings.add(success(success, others, recorder, progress, evidence));
        new TreeMap<>(task.gates()).forEach((measure, least) -> {
            if (!measure.equals(Judged.SUCCESS)) {
                findings.add(part(measure, new Gate(least), run, evidence));
            }
        });
        if (task.mostRisk().isPresent()) {
            findings.add(risk(task.mostRisk().getAsDouble(), run, evidence));
        }
        List<Quantity> parts = new ArrayList<>();
        report.measures().forEach((name, score) -> {
            if (!name.equals(Judged.SUCCESS) && !task.gates().containsKey(name)) {
                parts.add(Quantity.of(name, score, from()));
            }
        });
        report.abstention().forEach((name, score) -> parts.add(Quantity.of(name, score, from())));
        findings.add(
                Finding.info(this, sentence("its parts were measured: " + parts.size() + " figures"), parts, evidence));
        return findings;
    }

    private Finding success(
            Score score, Surroundings others, Recorder recorder, Progress progress, List<EvidenceRef> evidence) {
        List<Quantity> quantities = List.of(Quantity.of(Quantity.SCORE, score, from()));
        String said = sentence(
                "everything an item wants was so for " + GatedScore.words(score) + " of " + score.n() + " items");
        Optional<Gate> gate =
                Optional.ofNullable(task.gates().get(Judged.SUCCESS)).map(Gate::new);
        if (gate.isEmpty()) {
            return Finding.info(this, said + ", no gate", quantities, evidence);
        }
        String wanted = percent(gate.get().least());
        return switch (gate.get().decide(score)) {
            case PASSES -> Finding.info(this, said + ", above the gate of " + wanted, quantities, evidence);
            case UNDECIDED ->
                Finding.unknown(
                        this,
                        said + ", too few to tell whether the gate of " + wanted + " is reached",
                        "Add items to " + from() + " or raise the pipeline's limit.",
                        quantities,
                        evidence);
            case FAILS -> missed(gate.get(), score, said, others, recorder, progress, quantities, evidence);
        };
    }

    /** Whose fault it is decides whether the candidate is out or the pipeline is to be mended. */
    private Finding missed(
            Gate gate,
            Score score,
            String said,
            Surroundings others,
            Recorder recorder,
            Progress progress,
            List<Quantity> quantities,
            List<EvidenceRef> evidence) {
        Recorded<Losses> losses =
                recorder.once(key("#blame", others, task.items().all()), Losses.class, () -> losses(others, progress));
        List<EvidenceRef> both = new ArrayList<>(evidence);
        both.add(losses.evidence());
        Losses found = losses.value();
        String below = said + ", below the gate of " + percent(gate.least()) + "; " + found.sentence();
        boolean elsewhere =
                !found.culprit().isEmpty() && found.culprit().stream().noneMatch(this::usesAModel);
        if (elsewhere && score.estimate() + found.high() >= gate.least()) {
            return Finding.condition(
                    this,
                    below,
                    "Mend the stage " + String.join(" or ", found.culprit()) + " of pipeline "
                            + task.pipeline().name() + ": it is not the candidate that loses there. With it right the"
                            + " gate is within reach (" + percent(Math.min(1, score.estimate() + found.gain()))
                            + "); then assess again.",
                    quantities,
                    both);
        }
        return Finding.blocks(
                this,
                below,
                "Take a stronger candidate or a finer quantization for the model " + task.model() + " of pipeline "
                        + task.pipeline().name() + ", or lower its gate if the job allows it.",
                quantities,
                both);
    }

    private boolean usesAModel(String stage) {
        return PipelineSubject.stages(task.pipeline()).stream()
                .filter(each -> each.name().equals(stage))
                .anyMatch(each -> each.kind() == Kind.GENERATE || each.kind() == Kind.AGENT);
    }

    private Losses losses(Surroundings others, Progress progress) {
        Blame blame = Blame.byItems(subject(others), judging, task.items().all(), 0, progress);
        return switch (blame.verdict()) {
            case Blame.Verdict.Culprit(Blame.Loss loss, String sentence) ->
                new Losses(
                        loss.stages(),
                        loss.gain().estimate(),
                        loss.gain().interval().low(),
                        loss.gain().interval().high(),
                        sentence);
            case Blame.Verdict.Nothing(String sentence) -> new Losses(List.of(), 0, 0, 0, sentence);
            case Blame.Verdict.Unknown(String sentence) -> new Losses(List.of(), 0, 0, 0, sentence);
        };
    }

    /** A part of the pipeline that is held against a gate of its own. */
    private Finding part(String measure, Gate gate, EvaluationRun run, List<EvidenceRef> evidence) {
        List<Double> scores = run.scores(measure);
        if (scores.isEmpty()) {
            return Finding.unknown(
                    this,
                    sentence("no item says anything of " + measure + ", which has a gate"),
                    "Call it one of " + String.join(", ", run.measures()) + ", or add items that say what is right.",
                    List.of(),
                    evidence);
        }
        Score score = Scores.mean(scores, run.stop());
        List<Quantity> quantities = List.of(Quantity.of(measure, score, from()));
        String said = sentence(measure + " is " + GatedScore.words(score) + " over " + score.n() + " items");
        String wanted = percent(gate.least());
        return switch (gate.decide(score)) {
            case PASSES -> Finding.info(this, said + ", above its gate of " + wanted, quantities, evidence);
            case UNDECIDED ->
                Finding.unknown(
                        this,
                        said + ", too few to tell whether its gate of " + wanted + " is reached",
                        "Add items to " + from() + ".",
                        quantities,
                        evidence);
            case FAILS ->
                Finding.condition(this, said + ", below its gate of " + wanted, remedy(measure), quantities, evidence);
        };
    }

    private static String remedy(String measure) {
        int slash = measure.indexOf('/');
        if (slash > 0) {
            return "Mend the stage " + measure.substring(0, slash)
                    + ": let it find more passages, search by meaning as well, or put a reranker behind it; then assess"
                    + " again.";
        }
        return switch (measure) {
            case "resists" ->
                "Keep what documents say from acting: a guard behind the answer, tools on an allow-list with approval;"
                        + " then assess again.";
            case "declines", "faithfulness" ->
                "Let it decline more often: a guard with a threshold on the score of retrieval or on citations; then"
                        + " assess again.";
            default ->
                "Mend what " + measure + " measures in the pipeline, or take another candidate; then assess again.";
        };
    }

    private Finding risk(double most, EvaluationRun run, List<EvidenceRef> evidence) {
        Optional<Abstention> abstention = EvaluationReport.abstentionOf(run);
        Optional<Score> risk = abstention.flatMap(Abstention::risk);
        if (risk.isEmpty()) {
            return Finding.unknown(
                    this,
                    sentence("nothing was answered, so the share of wrong answers cannot be told"),
                    "Add items with answers to " + from() + ".",
                    List.of(),
                    evidence);
        }
        List<Quantity> quantities = List.of(Quantity.of("risk", risk.get(), from()));
        String said = sentence("of the answers given, " + GatedScore.words(risk.get()) + " of "
                + risk.get().n() + " were wrong");
        if (risk.get().interval().high() <= most) {
            return Finding.info(this, said + ", at most " + percent(most) + " as wanted", quantities, evidence);
        }
        Optional<Abstention.Threshold> threshold =
                EvaluationReport.isSure(run) ? abstention.get().threshold(most) : Optional.empty();
        if (threshold.isPresent()) {
            return Finding.condition(
                    this,
                    said + "; of those whose confidence is at least "
                            + String.format(Locale.ROOT, "%.4g", threshold.get().confidence()) + " only "
                            + GatedScore.words(threshold.get().risk()),
                    String.format(
                            Locale.ROOT,
                            "Answer only with a confidence of at least %.4g, in a guard with \"above\": a risk of more"
                                    + " than %.1f %% is then ruled out at 95 %%, and %.1f %% of the questions are"
                                    + " answered.",
                            threshold.get().confidence(),
                            100 * most,
                            100 * threshold.get().coverage()),
                    quantities,
                    evidence);
        }
        return risk.get().interval().low() > most
                ? Finding.blocks(
                        this,
                        said + ", more than the " + percent(most) + " that are allowed",
                        "Take a candidate that declines more reliably, or give the pipeline an output \"confidence\""
                                + " so that a threshold can be found.",
                        quantities,
                        evidence)
                : Finding.unknown(
                        this,
                        said + ", too few to tell whether at most " + percent(most) + " are",
                        "Add items to " + from() + ".",
                        quantities,
                        evidence);
    }

    private String sentence(String what) {
        return "pipeline " + task.pipeline().name() + ": " + what;
    }

    private String from() {
        return task.items().file().path().toString();
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
