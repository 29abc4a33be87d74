package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.EngineSource;
import io.stoa.integration.item.ItemFile;
import io.stoa.integration.retrieve.Corpus;
import io.stoa.integration.schema.ArgumentSchemas;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Pillar;
import io.stoa.model.PillarName;
import io.stoa.model.Subject;
import io.stoa.model.TaskKind;
import io.stoa.model.Workload.TaskSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Pillar four: does the model work inside its pipeline? Plans {@code integration/template} and one check for each task
 * that calls tools or answers from a corpus, and {@code integration/pipeline} where a pipeline is given; the other tasks
 * belong to the benchmark.
 *
 * <p>Planning reads item files and corpora, so that a bad line is refused before any model runs.
 */
public final class IntegrationPillar implements Pillar {
    /** What a small CPU reads from memory in a second, a rough guess: generating a token reads every weight once. */
    private static final double BYTES_PER_SECOND = 10e9;

    private static final Duration LEAST_PER_ANSWER = Duration.ofMillis(20);
    private static final Duration REMOTE_ANSWER = Duration.ofSeconds(1);

    /** What a pipeline's item makes a model write, a rough guess. */
    private static final int PIPELINE_TOKENS = 64;

    private final EngineSource engines;
    private final String engineBuild;
    private final Optional<PipelineTask> pipeline;
    private final ArgumentSchemas schemas = new ArgumentSchemas();

    /**
     * @param engines where candidates' engines come from; asked only when an answer is not in the ledger yet
     * @param engineBuild what runs the models, with its version; part of every evidence key
     */
    public IntegrationPillar(EngineSource engines, String engineBuild) {
        this(engines, engineBuild, Optional.empty());
    }

    /** @param pipeline what every candidate has to work in as well */
    public IntegrationPillar(EngineSource engines, String engineBuild, Optional<PipelineTask> pipeline) {
        this.pipeline = requireNonNull(pipeline, "pipeline");
        this.engines = requireNonNull(engines, "engines");
        this.engineBuild = requireNonNull(engineBuild, "engineBuild");
    }

    @Override
    public PillarName name() {
        return PillarName.INTEGRATION;
    }

    /** @throws io.stoa.model.StoaException of kind {@code USER} that names the file and line of a bad item */
    @Override
    public List<Check> plan(Subject subject) {
        Candidate candidate = subject.candidate();
        List<Check> checks = new ArrayList<>();
        checks.add(new ChatTemplateCheck(candidate, subject.workload(), engineBuild));
        for (TaskSpec task : subject.workload().tasks()) {
            check(candidate, task).ifPresent(checks::add);
        }
        pipeline.ifPresent(task -> checks.add(new PipelineCheck(
                candidate,
                task,
                engines,
                engineBuild,
                estimate(candidate, task.items().all().size(), PIPELINE_TOKENS))));
        return checks;
    }

    private Optional<Check> check(Candidate candidate, TaskSpec task) {
        return switch (task.kind()) {
            case TaskKind.MultipleChoice _, TaskKind.ExactMatch _, TaskKind.Harness _ -> Optional.empty();
            case TaskKind.ToolCall kind -> {
                ItemFile<ToolItem> items = ToolItem.read(kind, task.limit(), schemas);
                Duration estimate = estimate(candidate, items.items().size(), kind.maxTokens());
                yield Optional.of(new ToolCallCheck(candidate, task, kind, items, engines, engineBuild, estimate));
            }
            case TaskKind.Grounded kind -> {
                ItemFile<Question> questions = Question.read(kind, task.limit(), Corpus.read(kind.corpus()));
                Duration estimate = estimate(candidate, questions.items().size(), kind.maxTokens());
                yield Optional.of(new GroundedCheck(candidate, task, kind, questions, engines, engineBuild, estimate));
            }
        };
    }

    private static Duration estimate(Candidate candidate, int items, int maxTokens) {
        return switch (candidate) {
            case Candidate.RemoteModel _ -> REMOTE_ANSWER.multipliedBy(items);
            case Candidate.GgufFile file -> {
                double seconds = maxTokens * size(file) / BYTES_PER_SECOND;
                Duration answer = Duration.ofMillis(Math.max(LEAST_PER_ANSWER.toMillis(), Math.round(1000 * seconds)));
                yield answer.multipliedBy(items);
            }
        };
    }

    /** The file's size in bytes; 0 where it cannot be told, which the check itself will report. */
    private static double size(Candidate.GgufFile file) {
        try {
            return Files.size(file.path());
        } catch (IOException e) {
            return 0;
        }
    }
}
