package io.stoa.cli;

import io.stoa.integration.pipeline.PipelineYaml;
import io.stoa.integration.pipeline.RunReplay;
import io.stoa.integration.step.Replay.Divergence;
import io.stoa.integration.step.RunHistory;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "replay",
        description = {
            "Carry a run out again from what was kept, without models and tools, and compare every byte.",
            "Exit code 20 when something is not as it was; the first such step is named."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa pipeline replay 20261126-120000-1a2b3c",
            "  stoa pipeline replay case-4711 --with support-new.yaml   where would the new pipeline differ?"
        })
final class PipelineReplayCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "RUN", description = "The run's id.")
    private String run = "";

    @Option(names = "--with", paramLabel = "FILE", description = "Another pipeline. Default: the run's own")
    private Optional<Path> other = Optional.empty();

    @Mixin
    private PipelineCommand.Place place = new PipelineCommand.Place();

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    PipelineReplayCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        RunHistory history = place.runs(house).look(run);
        RunReplay.Report report = other.map(PipelineYaml::read)
                .map(pipeline -> RunReplay.of(history, pipeline))
                .orElseGet(() -> RunReplay.of(history));
        if (json) {
            house.out().println(json(report));
        } else {
            words(report);
        }
        return (report.exact() ? ExitCode.OK : ExitCode.BROKEN).code();
    }

    private void words(RunReplay.Report report) {
        if (report.divergence().isEmpty()) {
            house.out().println("run " + run + ": " + report.steps() + " steps are as they were kept, byte for byte");
            house.out().println(PipelineReport.abbreviated(report.end()));
            return;
        }
        Divergence divergence = report.divergence().get();
        house.out()
                .println("run " + run + ": after " + report.steps() + " steps, "
                        + (divergence.path().isEmpty() ? "the end" : divergence.path()) + " differs in its "
                        + divergence.what());
        house.out().println("kept: " + PipelineReport.abbreviated(divergence.kept()));
        house.out().println("now:  " + PipelineReport.abbreviated(divergence.now()));
    }

    private ObjectNode json(RunReplay.Report report) {
        ObjectNode result = JsonMapper.shared()
                .createObjectNode()
                .put("run", run)
                .put("exact", report.exact())
                .put("steps", report.steps())
                .put("end", report.end());
        report.divergence()
                .ifPresent(divergence -> result.putObject("divergence")
                        .put("step", divergence.path())
                        .put("what", divergence.what())
                        .put("kept", divergence.kept())
                        .put("now", divergence.now()));
        return result;
    }
}
