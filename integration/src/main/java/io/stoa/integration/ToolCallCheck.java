package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.EngineSource;
import io.stoa.integration.ToolAnswers.CallStage;
import io.stoa.integration.ToolAnswers.ToolAnswer;
import io.stoa.integration.item.ItemFile;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Finding;
import io.stoa.model.PillarName;
import io.stoa.model.Progress;
import io.stoa.model.Quantity;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.Score;
import io.stoa.model.TaskKind;
import io.stoa.model.Workload.TaskSpec;
import java.time.Duration;
import java.util.List;

/**
 * Does the model call tools rightly? Counted in stages (emitted, well-formed, valid, expected), because each has another
 * remedy: a template, a parser, a constrained grammar, a better model.
 */
final class ToolCallCheck implements Check {
    private final Candidate candidate;
    private final TaskSpec task;
    private final TaskKind.ToolCall kind;
    private final ItemFile<ToolItem> items;
    private final EngineSource engines;
    private final String engineBuild;
    private final Duration estimate;

    ToolCallCheck(
            Candidate candidate,
            TaskSpec task,
            TaskKind.ToolCall kind,
            ItemFile<ToolItem> items,
            EngineSource engines,
            String engineBuild,
            Duration estimate) {
        this.candidate = requireNonNull(candidate, "candidate");
        this.task = requireNonNull(task, "task");
        this.kind = requireNonNull(kind, "kind");
        this.items = requireNonNull(items, "items");
        this.engines = requireNonNull(engines, "engines");
        this.engineBuild = requireNonNull(engineBuild, "engineBuild");
        this.estimate = requireNonNull(estimate, "estimate");
    }

    @Override
    public String id() {
        return "integration/" + task.id();
    }

    @Override
    public PillarName pillar() {
        return PillarName.INTEGRATION;
    }

    @Override
    public String title() {
        return task.id() + ": " + items.items().size() + " tool calls";
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
        ItemRun run = new ItemRun(engines, candidate, id(), kind.maxTokens(), List.of("tool calls 1", engineBuild));
        List<Recorded<ToolAnswers>> entries = run.ask(
                items.items(),
                item -> item.judge(run.answer(item, item.asPrompt())),
                ToolAnswers::new,
                ToolAnswers.class,
                recorder,
                progress);
        List<ToolAnswer> answers = entries.stream()
                .flatMap(entry -> entry.value().answers().stream())
                .toList();
        return List.of(finding(answers, entries));
    }

    private Finding finding(List<ToolAnswer> answers, List<Recorded<ToolAnswers>> entries) {
        Score emitted = share(answers, CallStage.EMITTED);
        Score parsed = share(answers, CallStage.PARSED);
        Score valid = share(answers, CallStage.VALID);
        Score right = share(answers, CallStage.RIGHT);
        String from = kind.items().toString();
        GatedScore gated = new GatedScore(
                task, "the tool call is the expected one", "requests", from, right, GatedScore.gate(task.gate()));
        long cutOff = answers.stream().filter(ToolAnswer::cutOff).count();
        String details = "; a call was emitted for " + GatedScore.words(emitted) + ", well-formed for "
                + GatedScore.words(parsed) + ", valid against its schema for " + GatedScore.words(valid)
                + (cutOff == 0 ? "" : "; " + cutOff + " cut off at " + kind.maxTokens() + " tokens");
        return gated.finding(
                this,
                details,
                remedy(emitted, parsed, valid, right),
                List.of(
                        Quantity.of(Quantity.SCORE, right, from),
                        Quantity.of("tool call emitted", emitted, from),
                        Quantity.of("tool call well-formed", parsed, from),
                        Quantity.of("tool call valid", valid, from)),
                entries.stream().map(Recorded::evidence).toList());
    }

    /** The stage that loses most is the one to mend first. */
    private String remedy(Score emitted, Score parsed, Score valid, Score right) {
        double silent = 1 - emitted.estimate();
        double unusable = emitted.estimate() - valid.estimate();
        double unexpected = valid.estimate() - right.estimate();
        if (silent > Math.max(unusable, unexpected)) {
            return "Most failures are answers without a call: see whether the chat template shows the tools to the"
                    + " model, or take a candidate trained for tools.";
        }
        if (unusable > unexpected) {
            return "Most failures are calls that are "
                    + (emitted.estimate() - parsed.estimate() > parsed.estimate() - valid.estimate()
                            ? "malformed"
                            : "not allowed by the tool's schema")
                    + ": generate them under a grammar made of the schema, or take a stronger candidate.";
        }
        return "Most failures are valid calls that are not the expected ones: take a stronger candidate or a finer"
                + " quantization for task " + task.id() + ", or lower its gate if the job allows it.";
    }

    private Score share(List<ToolAnswer> answers, CallStage stage) {
        return Score.wilson(
                (int) answers.stream()
                        .filter(answer -> answer.stage().reaches(stage))
                        .count(),
                answers.size(),
                GatedScore.CONFIDENCE,
                items.stop());
    }
}
