package io.stoa.benchmark;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.harness.HarnessTasks;
import io.stoa.benchmark.task.Answer;
import io.stoa.benchmark.task.ExactMatchTask;
import io.stoa.benchmark.task.ItemSet;
import io.stoa.benchmark.task.MultipleChoiceTask;
import io.stoa.benchmark.task.Task;
import io.stoa.engine.EngineSource;
import io.stoa.model.Check;
import io.stoa.model.PairedComparison;
import io.stoa.model.Pillar;
import io.stoa.model.PillarName;
import io.stoa.model.Recorder;
import io.stoa.model.Subject;
import io.stoa.model.TaskKind;
import io.stoa.model.Workload;
import io.stoa.model.Workload.TaskSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Pillar one. Plans a check for each task that is multiple choice, exact match or a task file of
 * lm-evaluation-harness, and leaves the others to integration.
 *
 * <p>A score below its gate blocks, one above is information, and one whose interval holds the gate is unknown, with the
 * number of items that would decide it. Items are asked in a seeded order, and no more of them than the gate needs,
 * unless the task says otherwise. An item that the engine refuses (its prompt does not fit the context) counts as
 * wrong and is named.
 */
public final class BenchmarkPillar implements Pillar {
    private final EngineSource engines;
    private final String engineBuild;
    private final double confidence;
    private final HarnessTasks harness;

    /** Without the Hub: the datasets of task files must lie on this machine. */
    public BenchmarkPillar(EngineSource engines, String engineBuild, double confidence) {
        this(engines, engineBuild, confidence, HarnessTasks.local());
    }

    /**
     * @param engines where candidates' engines come from; asked only for what the ledger does not hold
     * @param engineBuild what runs the models, with its version, such as {@code llama.cpp 0.5.0}: answers of another
     *     build are measured anew
     * @param confidence the level of all verdicts and comparisons, in (0, 1), such as 0.95
     * @param harness where task files and their documents come from
     */
    public BenchmarkPillar(EngineSource engines, String engineBuild, double confidence, HarnessTasks harness) {
        this.engines = requireNonNull(engines, "engines");
        this.engineBuild = requireNonNull(engineBuild, "engineBuild");
        this.harness = requireNonNull(harness, "harness");
        this.confidence = confidence;
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("a confidence lies strictly between 0 and 1: " + confidence);
        }
    }

    @Override
    public PillarName name() {
        return PillarName.BENCHMARK;
    }

    /**
     * One check per task, {@code benchmark/<task id>}. Reads the item files to the end, and fetches the datasets of task
     * files.
     *
     * @throws io.stoa.model.StoaException of kind {@code USER}, naming file and line, where an item is malformed, or a task
     *     file, its metric or its dataset is not there
     */
    @Override
    public List<Check> plan(Subject subject) {
        return subject.workload().tasks().stream()
                .<Check>mapMulti((spec, checks) -> task(spec)
                        .ifPresent(task ->
                                checks.accept(new BenchmarkCheck(run(subject, spec, task), spec.gate(), engines))))
                .toList();
    }

    /**
     * What a candidate answered, item by item in the order in which it was asked, when the ledger holds all of it. Never
     * asks an engine.
     *
     * @param taskId the id of a task in the subject's workload
     */
    public Optional<List<Answer>> answers(Subject subject, String taskId, Recorder recorder) {
        return runs(subject)
                .filter(run -> run.task().id().equals(taskId))
                .findFirst()
                .flatMap(run -> answers(run, recorder));
    }

    /**
     * Compares candidates pairwise on every task that both have finished: the exact McNemar test with Newcombe's interval
     * of the difference, or, where asking ended early, a test and an interval by betting; and Holm's adjustment over all
     * comparisons together. Never asks an engine: what the ledger does not hold in full is left out.
     *
     * <p>A pair is compared on the items that are equal in id, prompt, choices and answer on both sides, which {@link
     * PairedComparison#n()} counts; usually these are all. A pair is left out where a task is put in different ways, no
     * item is equal, or asking ended early in different orders. A candidate that occurs in several subjects (for several machines) is compared once, as in the
     * first of them.
     *
     * @param subjects the candidates in the order in which they are to be compared
     */
    public List<PairedComparison> compare(List<Subject> subjects, Recorder recorder) {
        Set<String> seen = new HashSet<>();
        List<Comparisons.Outcome> outcomes = new ArrayList<>();
        for (Subject subject : subjects) {
            if (seen.add(subject.candidate().identity())) {
                runs(subject)
                        .forEach(run -> answers(run, recorder)
                                .ifPresent(answers -> outcomes.add(Comparisons.Outcome.of(run, answers))));
            }
        }
        return new Comparisons(confidence).compare(outcomes);
    }

    /** What a workload asks here, as tasks that can be put to any engine. Reads as {@link #plan} does. */
    public List<Task> tasks(Workload workload) {
        return workload.tasks().stream().flatMap(spec -> task(spec).stream()).toList();
    }

    private Stream<TaskRun> runs(Subject subject) {
        return subject.workload().tasks().stream()
                .flatMap(spec -> task(spec).stream().map(task -> run(subject, spec, task)));
    }

    /** A gate is watched where that can spare a batch. */
    private TaskRun run(Subject subject, TaskSpec spec, Task task) {
        ItemSet items = task.items();
        boolean watched = spec.earlyStop() && items.size() > TaskRun.BATCH;
        Sampling sampling =
                new Sampling(watched ? spec.gate() : OptionalDouble.empty(), confidence, items.size(), items.stop());
        return new TaskRun(
                subject.candidate(), task, sampling, subject.workload().contextTokens(), engineBuild);
    }

    private static Optional<List<Answer>> answers(TaskRun run, Recorder recorder) {
        return run.known(recorder)
                .map(batches -> batches.stream()
                        .flatMap(batch -> batch.value().answers().stream())
                        .toList());
    }

    private Optional<Task> task(TaskSpec spec) {
        int limit = spec.limit().orElse(Integer.MAX_VALUE);
        return switch (spec.kind()) {
            case TaskKind.MultipleChoice kind -> Optional.of(MultipleChoiceTask.read(spec.id(), kind.items(), limit));
            case TaskKind.ExactMatch kind ->
                Optional.of(ExactMatchTask.read(spec.id(), kind.items(), kind.maxTokens(), limit));
            case TaskKind.Harness kind -> Optional.of(harness.task(spec.id(), kind, limit));
            case TaskKind.ToolCall _, TaskKind.Grounded _ -> Optional.empty();
        };
    }
}
