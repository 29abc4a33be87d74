package io.stoa.cli;

import io.stoa.integration.step.Runs;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "pipeline",
        description = {
            "Run retrieval, models, tools and people as one pipeline that survives crashes and can be replayed.",
            "Each step is kept before it is used: a run that died goes on where it was, and no effect happens twice."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  stoa pipeline check examples/quickstart/pipeline.yaml",
            "  stoa pipeline run examples/quickstart/pipeline.yaml --input question=\"Where does Zoban live?\"",
            "  stoa pipeline show 20261126-120000-1a2b3c",
            "  stoa pipeline replay 20261126-120000-1a2b3c"
        })
final class PipelineCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine(House house) {
        return new CommandLine(new PipelineCommand())
                .addSubcommand(new PipelineRunCommand(house))
                .addSubcommand(new PipelineResumeCommand(house))
                .addSubcommand(new PipelineApproveCommand(house))
                .addSubcommand(new PipelineReplayCommand(house))
                .addSubcommand(new PipelineShowCommand(house))
                .addSubcommand(new PipelineListCommand(house))
                .addSubcommand(new PipelineCheckCommand(house))
                .addSubcommand(new PipelineEvalCommand(house))
                .addSubcommand(new PipelineGateCommand(house))
                .addSubcommand(new PipelineCompareCommand(house));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "name run, resume, approve, replay, show, list, check, eval, gate or compare");
    }

    /** Where runs are kept. */
    static final class Place {
        @Option(
                names = "--runs",
                paramLabel = "FOLDER",
                defaultValue = ".stoa/runs",
                description = "Where runs are kept. Default: ${DEFAULT-VALUE}")
        private Path folder = Path.of(".stoa", "runs");

        Runs runs(House house) {
            return new Runs(folder, house.clock());
        }

        /** How other commands have to be told of the folder. */
        String option() {
            return folder.equals(Path.of(".stoa", "runs")) ? "" : " --runs " + folder;
        }
    }
}
