package io.stoa.cli;

import io.stoa.integration.judge.Blame;
import io.stoa.integration.judge.EvaluationReport;
import io.stoa.integration.judge.EvaluationRun;
import io.stoa.integration.judge.TestItem;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "eval",
        description = {
            "Ask a pipeline items whose answers are known: how well it does as a whole and stage by stage, every figure"
                    + " with its interval.",
            "",
            "--blame asks again with stages put right, one more each time, and says which stage the loss comes from."
                    + " Tools that change something are not called unless --effects is given."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa pipeline eval examples/support-desk/pipeline.yaml --items examples/support-desk/items.jsonl",
            "  stoa pipeline eval support.yaml --items items.jsonl --blame",
            "  stoa pipeline eval support.yaml --items items.jsonl --perturb typo,order --out today.json"
        })
final class PipelineEvalCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "FILE", description = "The pipeline's file, or a run that --out wrote.")
    private Path file = Path.of("");

    @Mixin
    private JudgedPipelines judged = new JudgedPipelines();

    @Option(
            names = "--model",
            paramLabel = "NAME=FILE",
            description = "Another GGUF file for a model that the pipeline names. May be repeated.")
    private Map<String, Path> models = new LinkedHashMap<>();

    @Option(names = "--blame", description = "Say which stage the loss comes from.")
    private boolean blame;

    @Option(
            names = "--reference",
            paramLabel = "FILE",
            description =
                    "For --blame: the pipeline whose stages' outputs are right, such as the version before. Default:"
                            + " what the items say")
    private Optional<Path> reference = Optional.empty();

    @Option(names = "--out", paramLabel = "FILE", description = "Write the run there, for gate and compare.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    PipelineEvalCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        out.ifPresent(path -> WholeFile.refuseIfUnwritable("--out", path));
        EvaluationRun run = judged.run(house, file, models);
        out.ifPresent(path -> WholeFile.write("--out", path, run.json() + "\n"));
        EvaluationReport report = EvaluationReport.of(run);
        Optional<Blame> found = blame || reference.isPresent() ? Optional.of(blame()) : Optional.empty();
        if (json) {
            ObjectNode all = JsonMapper.shared().createObjectNode();
            all.set("report", JsonMapper.shared().valueToTree(report));
            found.ifPresent(one -> all.set("blame", JsonMapper.shared().valueToTree(one)));
            house.out().println(all);
        } else {
            JudgedText.print(report, house.out());
            found.ifPresent(one -> JudgedText.print(one, house.out()));
        }
        return ExitCode.OK.code();
    }

    private Blame blame() {
        TestItem.Items items = judged.items();
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try {
            return judged.open(
                    house,
                    file,
                    models,
                    items,
                    (subject, judging) -> reference
                            .map(other -> judged.open(
                                    house,
                                    other,
                                    Map.of(),
                                    items,
                                    (right, _) -> Blame.byReference(
                                            subject, right, judging, items.all(), judged.seed(), line.start("blame"))))
                            .orElseGet(() ->
                                    Blame.byItems(subject, judging, items.all(), judged.seed(), line.start("blame"))));
        } finally {
            line.clear();
        }
    }
}
