package io.stoa.benchmark.gate;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.gate.GateReport.Change;
import io.stoa.benchmark.gate.GateReport.Claim;
import io.stoa.benchmark.gate.GateReport.Verdict;
import io.stoa.model.Gate;
import io.stoa.model.Interval;
import io.stoa.model.Score;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import io.stoa.model.measure.MultipleTests;
import io.stoa.model.measure.PairedTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Whether a model may replace another, as a test of non-inferiority. The gain of a task is the current score less the
 * baseline's, with + for better; L and U are its one-sided 95 % bounds, δ is the margin.
 *
 * <ul>
 *   <li>PASS: L &gt; −δ. A loss of δ or more is ruled out; a smaller one, though it be sure, is accepted.
 *   <li>FAIL: U &lt; −δ, and still so after Holm's correction over all tasks. A loss beyond δ is shown.
 *   <li>INCONCLUSIVE: neither. That a loss was not shown does not show that there is none.
 *   <li>ERROR: the current run lacks the task or the metric. What was not measured does not pass.
 * </ul>
 *
 * <p>The gate as a whole passes only where every task passes, so that each may be tested at the full 5 %: a current run
 * that lost δ or more on any task passes with a probability of at most 5 % (the intersection-union test, R. L. Berger,
 * Technometrics 24 (1982) 295–300). It fails where any task fails, which does need the correction: with Holm's, a run that
 * lost at most δ on every task fails with a probability of at most 5 %, however many tasks there are.
 *
 * <p>A least score is held against the score's two-sided 95 % interval as {@link Gate} does.
 *
 * @param margin the loss that is still accepted, in the metric's units, above 0
 * @param metrics those that are judged, as {@code METRIC} or {@code METRIC,FILTER}; each task by those of them that it has;
 *     when empty by the metric that the task lists first
 * @param tasks those that are judged; when empty those at the top of the baseline
 * @param leastScores by task
 * @param common whether documents that only one run has, or that have changed, are left out instead of refused
 */
public record RegressionGate(
        double margin, List<String> metrics, List<String> tasks, Map<String, Gate> leastScores, boolean common) {
    /** One-sided, of each bound. */
    public static final double CONFIDENCE = 0.95;

    private static final double ALPHA = 0.05;
    private static final int MOST_DOCUMENTS = 10_000_000;

    public RegressionGate {
        metrics = List.copyOf(metrics);
        tasks = List.copyOf(tasks);
        leastScores = Collections.unmodifiableMap(new LinkedHashMap<>(leastScores));
        if (!(margin > 0) || Double.isInfinite(margin)) {
            throw new IllegalArgumentException("the margin must be above 0, such as 0.02, not " + margin
                    + ": no finite sample rules out any loss");
        }
    }

    /** What can be said of one task and metric before p-values are adjusted. */
    private sealed interface Finding {
        record Judged(
                String task,
                String metric,
                double before,
                double after,
                Difference difference,
                OptionalDouble different,
                String remark)
                implements Finding {}

        record Settled(Claim claim) implements Finding {}
    }

    /**
     * Judges one run by another.
     *
     * @param notice is told what was left out, and what makes a comparison doubtful
     * @throws StoaException of kind USER for tasks and metrics that are not there, and for different documents
     */
    public GateReport judge(NewestResults baseline, NewestResults current, Consumer<String> notice) {
        requireNonNull(notice, "notice");
        List<Finding> findings = new ArrayList<>();
        for (String task : chosen(baseline, current, notice)) {
            for (ResultsFile.Measure measure : measures(baseline, task)) {
                findings.add(compare(task, measure, baseline, current, notice));
            }
        }
        List<Claim> claims = new ArrayList<>(adjusted(findings));
        leastScores.forEach((task, gate) -> claims.addAll(leastScore(task, gate, current)));
        if (claims.isEmpty()) {
            throw StoaException.user(baseline.place() + ": no task has a number that could be judged");
        }
        return new GateReport(baseline.model(), current.model(), margin, CONFIDENCE, claims);
    }

    private Collection<String> chosen(NewestResults baseline, NewestResults current, Consumer<String> notice) {
        if (tasks.isEmpty()) {
            Set<String> added = new LinkedHashSet<>(current.topmost());
            added.removeAll(baseline.names());
            if (!added.isEmpty()) {
                notice.accept("only the current run has " + added + ", which is not judged");
            }
            return baseline.topmost();
        }
        for (String task : tasks) {
            requireTask(baseline, task);
        }
        return new LinkedHashSet<>(tasks);
    }

    private static ResultsFile.Task requireTask(NewestResults run, String task) {
        return run.task(task)
                .orElseThrow(() -> StoaException.user(run.place() + ": holds no task \"" + task + "\""
                        + Spelling.hint(task, run.names()).orElse("; it has " + run.names())));
    }

    private List<ResultsFile.Measure> measures(NewestResults run, String name) {
        ResultsFile.Task task = requireTask(run, name);
        if (metrics.isEmpty()) {
            return task.numbers().stream().limit(1).toList();
        }
        List<ResultsFile.Measure> named = metrics.stream()
                .flatMap(metric -> task.number(metric).stream())
                .distinct()
                .toList();
        return named.isEmpty() ? List.of(run.file(name).require(task, metrics.getFirst())) : named;
    }

    private Finding compare(
            String task,
            ResultsFile.Measure before,
            NewestResults baseline,
            NewestResults current,
            Consumer<String> notice) {
        Optional<ResultsFile.Task> there = current.task(task);
        Optional<ResultsFile.Measure> after = there.flatMap(found -> found.number(before.key()));
        if (after.isEmpty()) {
            String reason = there.isEmpty()
                    ? current.place() + " holds no task \"" + task + "\""
                    : current.file(task).path() + ": \"" + task + "\" has no metric " + before.key()
                            + ResultsFile.suggestion(before.key(), there.get().numbers());
            return new Finding.Settled(new Claim(
                    task,
                    before.key(),
                    Verdict.ERROR,
                    requirement(),
                    OptionalDouble.of(before.value()),
                    OptionalDouble.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    reason,
                    "run the task again, or choose others with --task and --metric"));
        }
        if (before.higherIsBetter().isEmpty()) {
            return new Finding.Settled(new Claim(
                    task,
                    before.key(),
                    Verdict.ERROR,
                    requirement(),
                    OptionalDouble.of(before.value()),
                    OptionalDouble.of(after.get().value()),
                    Optional.empty(),
                    OptionalInt.empty(),
                    baseline.file(task).path() + ": whether more " + before.metric()
                            + " is better or worse is not said",
                    "write it into the file: \"higher_is_better\": {\"" + task + "\": {\"" + before.metric()
                            + "\": true}}"));
        }
        boolean higherIsBetter = before.higherIsBetter().get();
        Optional<Samples> first = samples(baseline, task, before, notice);
        Optional<Samples> second = samples(current, task, after.get(), notice);
        if (first.isPresent() && second.isPresent()) {
            return paired(task, before, higherIsBetter, Samples.pair(task, first.get(), second.get(), common), notice);
        }
        return unpaired(task, before, after.get(), higherIsBetter, requireTask(baseline, task), there.orElseThrow());
    }

    /** Samples whose mean is the number that is judged; of other statistics they tell nothing. */
    private static Optional<Samples> samples(
            NewestResults run, String task, ResultsFile.Measure measure, Consumer<String> notice) {
        Optional<Samples> samples = run.samples(task, measure);
        if (samples.isPresent()) {
            double mean = samples.get().mean();
            if (Math.abs(mean - measure.value()) > 1e-6 * Math.max(1, Math.abs(measure.value()))) {
                notice.accept(String.format(
                        Locale.ROOT,
                        "%s: %s is %.6f for %s, but its samples have the mean %.6f, so they are not paired",
                        run.place(),
                        measure.key(),
                        measure.value(),
                        task,
                        mean));
                return Optional.empty();
            }
        }
        return samples;
    }

    private Finding paired(
            String task,
            ResultsFile.Measure measure,
            boolean higherIsBetter,
            Samples.Paired paired,
            Consumer<String> notice) {
        if (paired.leftOut() > 0) {
            notice.accept(
                    task + ": " + paired.leftOut() + " documents are not the same in both runs and were left out; "
                            + paired.baseline().size() + " count");
        }
        if (paired.otherPrompts() > 0) {
            notice.accept(task + ": " + paired.otherPrompts() + " of "
                    + paired.baseline().size()
                    + " documents were asked with another prompt, so the difference is one of model and prompt"
                    + " together");
        }
        List<Double> better = higherIsBetter ? paired.current() : paired.baseline();
        List<Double> worse = higherIsBetter ? paired.baseline() : paired.current();
        double before =
                paired.baseline().stream().mapToDouble(score -> score).average().orElseThrow();
        double after =
                paired.current().stream().mapToDouble(score -> score).average().orElseThrow();
        String remark = paired.leftOut() > 0 ? "; on " + better.size() + " documents in common" : "";
        double range = range(better, worse);
        if (margin >= range) {
            throw StoaException.user(task + ": a margin of " + number(margin) + " accepts any loss, for no "
                    + measure.key() + " is above " + number(range) + "; two points of a hundred are 0.02");
        }
        if (binary(better) && binary(worse)) {
            PairedTable table = PairedTable.of(better, worse);
            return new Finding.Judged(
                    task,
                    measure.key(),
                    before,
                    after,
                    new PairedShares(table),
                    OptionalDouble.of(table.exactMcNemar()),
                    remark);
        }
        List<Double> gains = IntStream.range(0, better.size())
                .mapToObj(i -> better.get(i) - worse.get(i))
                .toList();
        return new Finding.Judged(
                task, measure.key(), before, after, new PairedMeans(gains, range), OptionalDouble.empty(), remark);
    }

    /** What one document can lose at most: scores lie from 0 to 1, or as far apart as those that were seen. */
    private static double range(List<Double> better, List<Double> worse) {
        double least = 0;
        double most = 1;
        for (int i = 0; i < better.size(); i++) {
            least = Math.min(least, Math.min(better.get(i), worse.get(i)));
            most = Math.max(most, Math.max(better.get(i), worse.get(i)));
        }
        return most - least;
    }

    private static boolean binary(List<Double> scores) {
        return scores.stream().allMatch(score -> score == 0 || score == 1);
    }

    private Finding unpaired(
            String task,
            ResultsFile.Measure before,
            ResultsFile.Measure after,
            boolean higherIsBetter,
            ResultsFile.Task baseline,
            ResultsFile.Task current) {
        Optional<IndependentMeans.Side> first = side(before, baseline);
        Optional<IndependentMeans.Side> second = side(after, current);
        if (first.isPresent() && second.isPresent()) {
            return new Finding.Judged(
                    task,
                    before.key(),
                    before.value(),
                    after.value(),
                    new IndependentMeans(first.get(), second.get(), higherIsBetter),
                    OptionalDouble.empty(),
                    "");
        }
        return new Finding.Settled(new Claim(
                task,
                before.key(),
                Verdict.INCONCLUSIVE,
                requirement(),
                OptionalDouble.of(before.value()),
                OptionalDouble.of(after.value()),
                Optional.empty(),
                current.n(),
                "there are neither samples of both runs nor standard errors, so nobody can tell how sure the"
                        + " difference is",
                "run both with --log_samples"));
    }

    private static Optional<IndependentMeans.Side> side(ResultsFile.Measure measure, ResultsFile.Task task) {
        return measure.standardError().isEmpty()
                ? Optional.empty()
                : Optional.of(new IndependentMeans.Side(
                                measure.value(), measure.standardError().getAsDouble(), task.n()))
                        .filter(side -> !side.isExact());
    }

    private List<Claim> adjusted(List<Finding> findings) {
        List<Double> p = new ArrayList<>();
        for (Finding finding : findings) {
            if (finding instanceof Finding.Judged judged) {
                p.add(Math.clamp(judged.difference().ofAtLeast(-margin), 0, 1));
            }
        }
        List<Double> holm = MultipleTests.holm(p);
        List<Claim> claims = new ArrayList<>();
        int next = 0;
        for (Finding finding : findings) {
            claims.add(
                    switch (finding) {
                        case Finding.Settled settled -> settled.claim();
                        case Finding.Judged judged -> claim(judged, holm.get(next++));
                    });
        }
        return claims;
    }

    private Claim claim(Finding.Judged judged, double lossShown) {
        Difference difference = judged.difference();
        Change change = new Change(
                difference.gain(),
                difference.bounds(ALPHA),
                difference.method(),
                difference.ofAtMost(-margin),
                lossShown,
                judged.different());
        Verdict verdict = verdict(change);
        return new Claim(
                judged.task(),
                judged.metric(),
                verdict,
                requirement(),
                OptionalDouble.of(judged.before()),
                OptionalDouble.of(judged.after()),
                Optional.of(change),
                difference.n(),
                reason(verdict, change) + judged.remark(),
                advice(verdict, change, difference));
    }

    private static Verdict verdict(Change change) {
        if (change.lossRuledOut() < ALPHA) {
            return Verdict.PASS;
        }
        return change.lossShown() < ALPHA ? Verdict.FAIL : Verdict.INCONCLUSIVE;
    }

    private String requirement() {
        return "not worse by " + number(margin) + " or more";
    }

    private String reason(Verdict verdict, Change change) {
        boolean worse = change.bounds().high() < 0;
        return switch (verdict) {
            case PASS ->
                "a loss of " + number(margin) + " or more is ruled out" + (worse ? "; a smaller one is shown" : "");
            case FAIL -> "a loss beyond " + number(margin) + " is shown";
            case INCONCLUSIVE ->
                change.bounds().high() < -margin
                        ? "a loss beyond " + number(margin)
                                + " is likely, but not shown once all tasks are counted (Holm)"
                        : worse
                                ? "a loss is shown, but not whether it stays within " + number(margin)
                                : "a loss of " + number(margin) + " is neither ruled out nor shown";
            case ERROR -> "not measured";
        };
    }

    private String advice(Verdict verdict, Change change, Difference difference) {
        return switch (verdict) {
            case PASS -> "";
            case FAIL -> "do not replace the baseline; look at the documents that were lost";
            case INCONCLUSIVE -> more(change, difference);
            case ERROR -> "run the task again";
        };
    }

    /** What would decide: the interval shrinks with the root of the number of documents. */
    private String more(Change change, Difference difference) {
        boolean unpaired = difference instanceof IndependentMeans;
        double distance = Math.abs(change.gain() + margin);
        double half = change.gain() > -margin
                ? change.gain() - change.bounds().low()
                : change.bounds().high() - change.gain();
        double needed = difference.n().isPresent() && distance > 0
                ? difference.n().getAsInt() * Math.pow(half / distance, 2)
                : Double.POSITIVE_INFINITY;
        String log = unpaired ? "run both with --log_samples, so that the same documents are compared" : "";
        String ask = needed <= MOST_DOCUMENTS && needed > difference.n().orElse(0)
                ? String.format(
                        Locale.ROOT,
                        "ask about %,d documents, which would decide if the difference stays",
                        roundedUp(needed))
                : unpaired ? "" : "ask more documents, or accept a larger --margin";
        return log + (log.isEmpty() || ask.isEmpty() ? "" : "; or ") + ask;
    }

    /** To two digits: the estimate has no more. */
    private static long roundedUp(double value) {
        double unit = Math.pow(10, Math.max(0, Math.floor(Math.log10(value)) - 1));
        return (long) (Math.ceil(value / unit) * unit);
    }

    private List<Claim> leastScore(String task, Gate gate, NewestResults current) {
        List<Claim> claims = new ArrayList<>();
        ResultsFile.Task found = requireTask(current, task);
        for (ResultsFile.Measure measure : measures(current, task)) {
            String requirement = "at least " + number(gate.least());
            Optional<Score> score = score(measure, found, current);
            Gate.Outcome outcome = score.map(gate::decide).orElse(Gate.Outcome.UNDECIDED);
            Verdict verdict = switch (outcome) {
                case PASSES -> Verdict.PASS;
                case FAILS -> Verdict.FAIL;
                case UNDECIDED -> Verdict.INCONCLUSIVE;
            };
            String reason = score.map(known -> String.format(
                            Locale.ROOT,
                            "the 95 %% interval is %.4f to %.4f (%s)",
                            known.interval().low(),
                            known.interval().high(),
                            known.method()))
                    .orElse("nobody can tell how sure the score is: it has no standard error, no number of documents,"
                            + " or lies outside 0 to 1");
            claims.add(new Claim(
                    task,
                    measure.key(),
                    verdict,
                    requirement,
                    OptionalDouble.empty(),
                    OptionalDouble.of(measure.value()),
                    Optional.empty(),
                    found.n(),
                    reason,
                    verdict == Verdict.INCONCLUSIVE ? decisive(gate, score) : ""));
        }
        return claims;
    }

    private static String decisive(Gate gate, Optional<Score> score) {
        OptionalInt items = score.map(gate::itemsToDecide).orElse(OptionalInt.empty());
        return items.isPresent()
                ? String.format(Locale.ROOT, "ask about %,d documents, which would decide", items.getAsInt())
                : "run with --log_samples and on more documents";
    }

    private static Optional<Score> score(ResultsFile.Measure measure, ResultsFile.Task task, NewestResults run) {
        Optional<Samples> samples = samples(run, task.name(), measure, _ -> {});
        OptionalInt n =
                samples.map(known -> OptionalInt.of(known.documents().size())).orElse(task.n());
        if (n.isEmpty() || measure.value() < 0 || measure.value() > 1) {
            return Optional.empty();
        }
        boolean shares = samples.map(known -> binary(known.documents().values().stream()
                        .map(Samples.Document::score)
                        .toList()))
                .orElse(false);
        int right = (int) Math.rint(measure.value() * n.getAsInt());
        double error = measure.standardError().orElse(Double.NaN);
        // A score without any deviation has at most that of right and wrong answers.
        if (shares || error == 0) {
            return Optional.of(Score.wilson(right, n.getAsInt(), CONFIDENCE, Score.Stop.EXHAUSTED));
        }
        if (Double.isNaN(error)) {
            return Optional.empty();
        }
        Interval interval = new IndependentMeans.Side(measure.value(), error, n).interval((1 - CONFIDENCE) / 2);
        return Optional.of(new Score(
                measure.value(),
                new Interval(Math.max(0, interval.low()), Math.min(1, interval.high())),
                CONFIDENCE,
                n.getAsInt(),
                "from its standard error",
                Score.Stop.EXHAUSTED));
    }

    private static String number(double value) {
        return Double.toString(value);
    }
}
