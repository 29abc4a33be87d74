package io.stoa.cli;

import io.stoa.integration.pipeline.DurableRun;
import io.stoa.integration.pipeline.Outcome;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "resume",
        description = {
            "Go on with a run that died, failed, or waited for a person. What is kept is not done again.",
            "It goes on with the pipeline that it was begun with, though its file may have changed."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa pipeline resume 20261126-120000-1a2b3c",
            "  stoa pipeline resume case-4711 --json"
        })
final class PipelineResumeCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "RUN", description = "The run's id.")
    private String run = "";

    @Mixin
    private PipelineCommand.Place place = new PipelineCommand.Place();

    @Option(names = "--trace", paramLabel = "FILE", description = "Write the run's trace there, as OTLP in JSON.")
    private Optional<Path> trace = Optional.empty();

    @Option(names = "--json", description = "Print what came of it as JSON.")
    private boolean json;

    PipelineResumeCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        trace.ifPresent(path -> WholeFile.refuseIfUnwritable("--trace", path));
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try (DurableRun durable = DurableRun.open(place.runs(house), run)) {
            Outcome outcome = durable.finished().orElseGet(() -> {
                try (PipelineSurroundings opened = PipelineSurroundings.open(house, durable.pipeline())) {
                    return durable.go(
                            opened.surroundings(), line.start(durable.pipeline().name()));
                }
            });
            line.clear();
            PipelineReport.trace(house, place, run, trace);
            return PipelineReport.print(house, place, run, outcome, json);
        }
    }
}
