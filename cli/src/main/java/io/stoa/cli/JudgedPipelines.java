package io.stoa.cli;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.gguf.Preflight;
import io.stoa.integration.judge.Evaluation;
import io.stoa.integration.judge.Evaluation.Settings;
import io.stoa.integration.judge.EvaluationRun;
import io.stoa.integration.judge.Judging;
import io.stoa.integration.judge.Perturbation;
import io.stoa.integration.judge.PipelineSubject;
import io.stoa.integration.judge.Subject;
import io.stoa.integration.judge.SupportLabels;
import io.stoa.integration.judge.TestItem;
import io.stoa.integration.judge.metric.Grounding;
import io.stoa.integration.judge.metric.LikelihoodSupport;
import io.stoa.integration.judge.metric.Support;
import io.stoa.integration.judge.metric.SupportCalibration;
import io.stoa.integration.judge.metric.WordSupport;
import io.stoa.integration.pipeline.Pipeline;
import io.stoa.integration.pipeline.PipelineYaml;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/** How pipelines are asked and judged: the options that eval, gate and compare share. */
final class JudgedPipelines {
    private static final int CONTEXT = 4096;

    @Option(
            names = "--items",
            paramLabel = "FILE",
            description =
                    "The items, one JSON object a line: question, answer, documents, calls, state. Not needed for runs"
                            + " that were written before.")
    private Optional<Path> items = Optional.empty();

    @Option(names = "--limit", paramLabel = "N", description = "Only the first items.")
    private Optional<Integer> limit = Optional.empty();

    @Option(
            names = "--k",
            paramLabel = "N",
            defaultValue = "5",
            description = "Passages of a ranking that count. Default: ${DEFAULT-VALUE}")
    private int k = 5;

    @Option(
            names = "--tries",
            paramLabel = "N",
            defaultValue = "1",
            description = "How often each item is asked, each time with another seed. Default: ${DEFAULT-VALUE}")
    private int tries = 1;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Of whatever is drawn. Default: 0")
    private long seed;

    @Option(
            names = "--perturb",
            split = ",",
            paramLabel = "CHANGE",
            description = "Ask the items changed as well: ${COMPLETION-CANDIDATES}.")
    private Set<Perturbation> perturbations = Set.of();

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "Sentences that people labelled as supported by passages or not, to calibrate the judge of"
                    + " faithfulness. Default: made of the items")
    private Optional<Path> labels = Optional.empty();

    @Option(
            names = "--judge-model",
            paramLabel = "FILE",
            description = "A GGUF file that judges support by likelihood. Default: by words")
    private Optional<Path> judgeModel = Optional.empty();

    @Option(
            names = "--effects",
            description = "Truly call tools that change something. Without it their calls are noted and not made.")
    private boolean effects;

    @Option(
            names = "--reset-tool",
            paramLabel = "SOURCE.TOOL",
            description = "The tool that puts the tools' world back before each item.")
    private Optional<String> resetTool = Optional.empty();

    @Option(
            names = "--state-tool",
            paramLabel = "SOURCE.TOOL",
            description = "The tool that tells the tools' state after each item, as JSON.")
    private Optional<String> stateTool = Optional.empty();

    @Option(
            names = "--prices",
            paramLabel = "PROMPT,ANSWER",
            description = "What a million tokens read and written cost, such as 0.15,0.60.")
    private Optional<String> prices = Optional.empty();

    /** A subject while it is open. */
    interface Use<T> {
        T of(Subject subject, Judging judging);
    }

    /** Whether a file is a run that was written before. */
    static boolean isRun(Path file) {
        return file.toString().endsWith(".json");
    }

    TestItem.Items items() {
        return TestItem.read(
                items.orElseThrow(() -> StoaException.user(
                        "--items: name the file with the questions; docs/pipeline-evaluation.md shows one")),
                limit);
    }

    long seed() {
        return seed;
    }

    /** A run that was written, or one that is made of a pipeline now. */
    EvaluationRun run(House house, Path file, Map<String, Path> models) {
        if (isRun(file)) {
            return EvaluationRun.read(file);
        }
        TestItem.Items asked = items();
        Settings settings = Arguments.checked(() -> new Settings(tries, seed, perturbations));
        return open(house, file, models, asked, (subject, judging) -> {
            ProgressLine line = new ProgressLine(house.err(), house.terminal());
            try {
                return new Evaluation(subject, judging, settings).run(asked, line.start(subject.name()));
            } finally {
                line.clear();
            }
        });
    }

    /**
     * Opens a pipeline, with other models where these are named.
     *
     * @param models files by the names that the pipeline gives its models
     */
    <T> T open(House house, Path file, Map<String, Path> models, TestItem.Items asked, Use<T> use) {
        Pipeline pipeline = with(PipelineYaml.read(file), models);
        try (PipelineSurroundings opened = PipelineSurroundings.open(house, pipeline)) {
            Subject subject = new PipelineSubject(
                    pipeline,
                    opened.surroundings(),
                    new PipelineSubject.Conditions(effects, true, resetTool, stateTool, prices()));
            if (judgeModel.isPresent()) {
                try (Engine engine = judge(house, judgeModel.get())) {
                    return use.of(
                            subject,
                            judging(house, subject, asked, new LikelihoodSupport(engine, "Text: %s\nQuestion: %s")));
                }
            }
            return use.of(subject, judging(house, subject, asked, new WordSupport()));
        }
    }

    private Judging judging(House house, Subject subject, TestItem.Items asked, Support support) {
        SupportLabels known = labels.map(SupportLabels::read).orElseGet(() -> SupportLabels.of(subject, asked.all()));
        Optional<SupportCalibration> calibration = known.calibrate(support);
        calibration
                .filter(SupportCalibration::informative)
                .ifPresent(one -> house.err()
                        .printf(
                                Locale.ROOT,
                                "Judge of support: finds %.0f %% of supported sentences, takes %.0f %% of others for"
                                        + " supported (%d and %d labels: %s)%n",
                                100 * one.sensitivity().estimate(),
                                100 * (1 - one.specificity().estimate()),
                                one.sensitivity().n(),
                                one.specificity().n(),
                                known.from()));
        return Arguments.checked(() -> new Judging(
                k, calibration.filter(SupportCalibration::informative).map(one -> Grounding.Judge.of(support, one))));
    }

    private static Engine judge(House house, Path file) {
        if (!Files.isRegularFile(file)) {
            throw StoaException.user("--judge-model " + file + ": no such file");
        }
        int made = (int) Math.min(
                CONTEXT,
                Preflight.examine(file).hyperParameter("context_length").orElse(CONTEXT));
        return house.open(
                new Candidate.GgufFile("judge", file, Digest.of(file.toString()), List.of(), Optional.empty()),
                new EngineOptions(made, House.threads()));
    }

    /** A pipeline with other files for models that it names. */
    static Pipeline with(Pipeline pipeline, Map<String, Path> models) {
        if (models.isEmpty()) {
            return pipeline;
        }
        LinkedHashMap<String, Pipeline.ModelEntry> entries = new LinkedHashMap<>(pipeline.models());
        StringBuilder name = new StringBuilder(pipeline.name());
        models.forEach((model, file) -> {
            Pipeline.ModelEntry before = entries.get(model);
            if (before == null) {
                throw StoaException.user("the pipeline " + pipeline.name() + " has no model \"" + model + "\""
                        + Spelling.hint(model, entries.keySet())
                                .orElse("; it has " + String.join(", ", new TreeSet<>(entries.keySet()))));
            }
            OptionalInt context = before.context();
            entries.put(model, new Pipeline.ModelEntry.GgufFile(file.toAbsolutePath(), context));
            name.append(" (")
                    .append(model)
                    .append(": ")
                    .append(file.getFileName())
                    .append(')');
        });
        return new Pipeline(
                name.toString(),
                pipeline.description(),
                pipeline.file(),
                pipeline.source(),
                pipeline.inputs(),
                entries,
                pipeline.stores(),
                pipeline.tools(),
                pipeline.stages(),
                pipeline.outputs(),
                pipeline.limits());
    }

    private PipelineSubject.Prices prices() {
        return prices.map(text -> {
                    String[] both = text.split(",", -1);
                    try {
                        if (both.length == 2) {
                            return new PipelineSubject.Prices(Double.parseDouble(both[0]), Double.parseDouble(both[1]));
                        }
                    } catch (IllegalArgumentException e) {
                        throw new StoaException(
                                StoaException.Kind.USER, "--prices " + text + ": write two numbers as 0.15,0.60", e);
                    }
                    throw StoaException.user("--prices " + text + ": write two numbers as 0.15,0.60");
                })
                .orElse(PipelineSubject.Prices.NONE);
    }
}
