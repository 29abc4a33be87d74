package io.stoa.cli;

import io.stoa.integration.judge.EvaluationRun;
import io.stoa.integration.judge.PipelineComparison;
import io.stoa.model.StoaException;
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

@Command(
        name = "compare",
        description = {
            "Compare two pipelines, or one with two models, item by item, and show how reliability falls with the"
                    + " number of steps."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa pipeline compare old.yaml new.yaml --items items.jsonl",
            "  stoa pipeline compare examples/support-desk/pipeline.yaml --items examples/support-desk/cases.jsonl \\",
            "      --first desk=examples/quickstart/models/nano.gguf --second"
                    + " desk=examples/quickstart/models/micro.gguf",
            "  stoa pipeline compare a.json b.json --json"
        })
final class PipelineCompareCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "A", description = "A pipeline, or a run that `eval --out` wrote.")
    private Path first = Path.of("");

    @Parameters(index = "1", arity = "0..1", paramLabel = "B", description = "The other. Default: A with other models")
    private Optional<Path> second = Optional.empty();

    @Mixin
    private JudgedPipelines judged = new JudgedPipelines();

    @Option(names = "--first", paramLabel = "NAME=FILE", description = "A's model of that name is this GGUF file.")
    private Map<String, Path> firstModels = new LinkedHashMap<>();

    @Option(names = "--second", paramLabel = "NAME=FILE", description = "B's model of that name is this GGUF file.")
    private Map<String, Path> secondModels = new LinkedHashMap<>();

    @Option(names = "--json", description = "Print the comparison as JSON.")
    private boolean json;

    PipelineCompareCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        if (second.isEmpty() && secondModels.isEmpty()) {
            throw StoaException.user(
                    "compare with what? Name a second pipeline, or another model with --second NAME=FILE");
        }
        EvaluationRun one = judged.run(house, first, firstModels);
        EvaluationRun other = judged.run(house, second.orElse(first), secondModels);
        PipelineComparison comparison = PipelineComparison.of(one, other);
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(comparison));
        } else {
            JudgedText.print(comparison, house.out());
        }
        return ExitCode.OK.code();
    }
}
