package io.stoa.benchmark;

import io.stoa.benchmark.stats.SampleSizes;
import io.stoa.benchmark.task.Answer;
import io.stoa.benchmark.task.ItemSet;
import io.stoa.benchmark.task.Metric;
import io.stoa.benchmark.task.Task;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineSource;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.PillarName;
import io.stoa.model.Progress;
import io.stoa.model.Quantity;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.Score;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Asks one task of one candidate and holds the score against the gate, by the rule of {@link Decision}. */
final class BenchmarkCheck implements Check {
    /** The probability with which the number of items that an undecided finding names would decide it. */
    private static final double POWER = 0.8;

    /** How many refused items a sentence names before it only counts. */
    private static final int NAMED = 5;

    private final TaskRun run;
    private final OptionalDouble gate;
    private final EngineSource engines;

    BenchmarkCheck(TaskRun run, OptionalDouble gate, EngineSource engines) {
        this.run = run;
        this.gate = gate;
        this.engines = engines;
    }

    @Override
    public String id() {
        return TaskRun.checkId(task());
    }

    @Override
    public PillarName pillar() {
        return PillarName.BENCHMARK;
    }

    @Override
    public String title() {
        ItemSet items = task().items();
        String count = switch (items.stop()) {
            case LIMITED -> items.size() + " of " + items.total();
            case EXHAUSTED, DECIDED -> String.valueOf(items.size());
        };
        return task().id() + ": " + count + " items, " + task().scoring();
    }

    @Override
    public Stage stage() {
        return Stage.RUN;
    }

    /**
     * Counts four characters to the token. A local model reads its whole file from memory for each token, here at 10
     * GB/s, and takes at least a millisecond; a prompt goes about eight times faster than an answer. An endpoint takes a
     * second per request. An upper bound where a watched gate may end asking early.
     */
    @Override
    public Duration estimate() {
        Task.Work work = task().work();
        return switch (run.candidate()) {
            case Candidate.GgufFile file -> {
                double secondsPerToken = Math.max(1e-3, size(file) / 1e10);
                yield Duration.ofMillis(Math.round(1000 * (work.read() / 8 + work.written()) / 4 * secondsPerToken));
            }
            case Candidate.RemoteModel _ -> Duration.ofSeconds(work.requests());
        };
    }

    /** The file's size; 0 when it is gone, which is for {@link #run} to say. */
    private static long size(Candidate.GgufFile file) {
        try {
            return Files.size(file.path());
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public List<Finding> run(Recorder recorder, Progress progress) {
        if (run.known(recorder).isEmpty()) {
            Engine engine = engines.engine(run.candidate());
            if (!engine.capabilities().contains(task().needs())) {
                return List.of(cannot(engine));
            }
        }
        List<Recorded<Answers>> recorded = run.complete(recorder, engines, progress);
        List<Answer> answers = recorded.stream()
                .flatMap(batch -> batch.value().answers().stream())
                .toList();
        List<EvidenceRef> evidence = recorded.stream().map(Recorded::evidence).toList();
        Score score = run.sampling().score(Scores.of(answers));
        List<Finding> findings = new ArrayList<>();
        findings.add(judged(score, answers, evidence));
        guessing(score, evidence).ifPresent(findings::add);
        return List.copyOf(findings);
    }

    private Finding judged(Score score, List<Answer> answers, List<EvidenceRef> evidence) {
        List<Quantity> quantities = quantities(score, answers);
        String refused = refused(answers);
        if (gate.isEmpty()) {
            return Finding.info(
                    this, task().id() + " scores " + shown(score) + ", without a gate" + refused, quantities, evidence);
        }
        double needed = gate.getAsDouble();
        return switch (Decision.of(score.interval(), needed)) {
            case PASSES ->
                Finding.info(
                        this,
                        task().id() + " passes: " + shown(score) + " is above the gate " + needed + refused,
                        quantities,
                        evidence);
            case FAILS ->
                Finding.blocks(
                        this,
                        task().id() + " fails: " + shown(score) + " is below the gate " + needed + refused,
                        (refused.isEmpty() ? "" : "see first why items were refused; ")
                                + "use a stronger model or a less lossy quantization, or send "
                                + task().id() + " to another model",
                        quantities,
                        evidence);
            case UNDECIDED ->
                Finding.unknown(
                        this,
                        task().id() + " is undecided: " + shown(score) + " has the gate " + needed
                                + " inside its interval" + refused,
                        toDecide(score, needed),
                        quantities,
                        evidence);
        };
    }

    private String toDecide(Score score, double needed) {
        ItemSet items = task().items();
        String more = switch (items.stop()) {
            case LIMITED -> "raise the limit of " + task().id() + " (there are " + items.total() + " items)";
            case EXHAUSTED, DECIDED -> "add items to " + items.name();
        };
        if (needed == 1) {
            return "set a gate below 1: no number of right answers proves that there is never a wrong one";
        }
        OptionalLong size = SampleSizes.toResolveGate(score.estimate(), needed, score.confidence(), POWER);
        if (size.isEmpty()) {
            return more + "; how many cannot be said while the score is exactly at the gate";
        }
        return String.format(
                Locale.ROOT,
                "%s: about %d in all, %d more, decide it with %s %% probability if the true share is %.3f",
                more,
                size.getAsLong(),
                size.getAsLong() - score.n(),
                percent(POWER),
                score.estimate());
    }

    /** Says so when a score is no better than guessing: a broken prompt or template looks just like that. */
    private Optional<Finding> guessing(Score score, List<EvidenceRef> evidence) {
        OptionalDouble chance = task().chance();
        if (chance.isEmpty() || score.interval().low() > chance.getAsDouble()) {
            return Optional.empty();
        }
        String relation = score.interval().contains(chance.getAsDouble())
                ? " is not distinguishable from guessing"
                : " is worse than guessing";
        Quantity guess = Quantity.derived(
                "chance level",
                chance.getAsDouble(),
                Quantity.Unit.SHARE,
                "mean of 1 / choices",
                task().items().source());
        return Optional.of(Finding.info(
                this,
                task().id() + ": " + shown(score) + relation
                        + String.format(Locale.ROOT, ", which scores %.3f", chance.getAsDouble()),
                List.of(guess),
                evidence));
    }

    private Finding cannot(Engine engine) {
        return Finding.unknown(
                this,
                task().id() + " was not asked: " + task().scoring() + " needs " + task().needs() + ", and "
                        + engine.facts().engine() + " supports only " + engine.capabilities()
                        + engine.whyNot(task().needs())
                                .map(reason -> " (" + reason + ")")
                                .orElse(""),
                "assess this model as a GGUF file, which Stoa runs itself, or ask " + task().id() + " in a way that "
                        + engine.facts().engine() + " can answer",
                List.of(),
                List.of());
    }

    private List<Quantity> quantities(Score score, List<Answer> answers) {
        List<Quantity> quantities = new ArrayList<>();
        quantities.add(Quantity.of(Quantity.SCORE, score, task().items().source()));
        run.sampling()
                .exactScore(Scores.of(answers))
                .ifPresent(exact -> quantities.add(Quantity.of(
                        "score, exact interval", exact, task().items().source())));
        for (Metric metric : task().otherMetrics()) {
            int right = 0;
            for (int i = 0; i < answers.size(); i++) {
                Answer answer = answers.get(i);
                if (answer.refusal().isEmpty()
                        && metric.right().test(task().items().items().get(i), answer)) {
                    right++;
                }
            }
            Score other = run.sampling().score(Scores.of(right, answers.size()));
            quantities.add(Quantity.of(metric.name(), other, task().items().source()));
        }
        return quantities;
    }

    /** Items that could not be asked count as wrong, and the sentence says which and why. */
    private static String refused(List<Answer> answers) {
        List<Answer> refused =
                answers.stream().filter(answer -> answer.refusal().isPresent()).toList();
        if (refused.isEmpty()) {
            return "";
        }
        List<String> names = refused.stream().limit(NAMED).map(Answer::id).toList();
        return "; " + refused.size() + " refused by the engine and counted as wrong: " + String.join(", ", names)
                + (refused.size() > NAMED ? ", …" : "")
                + " (" + refused.getFirst().refusal().orElseThrow() + ")";
    }

    private String shown(Score score) {
        String asked =
                score.stopped() == Score.Stop.DECIDED ? " of " + task().items().size() + ", decided early" : "";
        return String.format(
                Locale.ROOT,
                "%.3f (%s %s %% %.3f–%.3f, n = %d%s)",
                score.estimate(),
                score.method(),
                percent(score.confidence()),
                score.interval().low(),
                score.interval().high(),
                score.n(),
                asked);
    }

    private static String percent(double share) {
        return BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros().toPlainString();
    }

    private Task task() {
        return run.task();
    }
}
