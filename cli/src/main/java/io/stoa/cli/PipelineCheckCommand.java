package io.stoa.cli;

import io.stoa.integration.pipeline.Pipeline;
import io.stoa.integration.pipeline.PipelineYaml;
import io.stoa.integration.pipeline.Stage;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "check",
        description =
                "Read a pipeline's file, and say in which order its stages are carried out, or what is wrong where.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa pipeline check examples/quickstart/pipeline.yaml",
            "  stoa pipeline check --schema > pipeline.schema.json   for editors that complete YAML"
        })
final class PipelineCheckCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", arity = "0..1", paramLabel = "FILE", description = "The pipeline's file.")
    private Optional<Path> file = Optional.empty();

    @Option(names = "--schema", description = "Print the JSON Schema of such files instead.")
    private boolean schema;

    PipelineCheckCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        if (schema) {
            house.out().println(PipelineYaml.schema());
            return ExitCode.OK.code();
        }
        Pipeline pipeline = PipelineYaml.read(
                file.orElseThrow(() -> StoaException.user("name a pipeline's file, or say --schema")));
        house.out().println(pipeline.name() + " (" + pipeline.digest() + ")");
        pipeline.inputs().forEach((name, type) -> house.out().println("  input   " + name + ": " + type.word()));
        stages(pipeline.stages(), "  ");
        pipeline.outputs().keySet().forEach(name -> house.out().println("  output  " + name));
        return ExitCode.OK.code();
    }

    private void stages(List<Stage> stages, String indent) {
        for (Stage stage : stages) {
            house.out().println(indent + String.format(Locale.ROOT, "%-9s", kind(stage)) + stage.name());
            switch (stage) {
                case Stage.Route route -> {
                    route.cases().forEach((name, each) -> way(name, each.branch(), indent));
                    route.otherwise().ifPresent(branch -> way("otherwise", branch, indent));
                }
                case Stage.Parallel parallel ->
                    parallel.branches().forEach((name, branch) -> way(name, branch, indent));
                case Stage.Retrieve _,
                        Stage.Rerank _,
                        Stage.Generate _,
                        Stage.CallTool _,
                        Stage.RunAgent _,
                        Stage.Guard _,
                        Stage.Human _ -> {
                    // has no ways
                }
            }
        }
    }

    private void way(String name, Stage.Branch branch, String indent) {
        house.out().println(indent + "  " + name + ":");
        stages(branch.stages(), indent + "    ");
    }

    private static String kind(Stage stage) {
        return switch (stage) {
            case Stage.Retrieve _ -> "retrieve";
            case Stage.Rerank _ -> "rerank";
            case Stage.Generate _ -> "generate";
            case Stage.CallTool _ -> "tool";
            case Stage.RunAgent _ -> "agent";
            case Stage.Route _ -> "route";
            case Stage.Parallel _ -> "parallel";
            case Stage.Guard _ -> "guard";
            case Stage.Human _ -> "human";
        };
    }
}
