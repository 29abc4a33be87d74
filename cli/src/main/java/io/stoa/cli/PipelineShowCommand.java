package io.stoa.cli;

import io.stoa.integration.pipeline.DurableRun;
import io.stoa.integration.pipeline.Outcome;
import io.stoa.integration.step.RunHistory;
import io.stoa.integration.step.RunHistory.Past;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "A run's steps, how they ended and how long they took; while it is being carried out as well.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa pipeline show 20261126-120000-1a2b3c",
            "  stoa pipeline show case-4711 --step send         what is asked, with its digest",
            "  stoa pipeline show case-4711 --trace trace.json  spans for a trace viewer"
        })
final class PipelineShowCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "RUN", description = "The run's id.")
    private String run = "";

    @Option(names = "--step", paramLabel = "PATH", description = "All of one step.")
    private Optional<String> path = Optional.empty();

    @Mixin
    private PipelineCommand.Place place = new PipelineCommand.Place();

    @Option(names = "--trace", paramLabel = "FILE", description = "Write the run's trace there, as OTLP in JSON.")
    private Optional<Path> trace = Optional.empty();

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    PipelineShowCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        RunHistory history = place.runs(house).look(run);
        PipelineReport.trace(house, place, run, trace);
        if (path.isPresent()) {
            Past past = history.step(path.get())
                    .orElseThrow(() -> StoaException.user("run " + run + " has no step " + path.get()
                            + "; `stoa pipeline show " + run + "` lists those it has"));
            if (json) {
                house.out().println(PipelineReport.json(past));
            } else {
                PipelineReport.step(past, house.out());
            }
        } else if (json) {
            house.out().println(PipelineReport.json(history));
        } else {
            words(history);
        }
        return ExitCode.OK.code();
    }

    private void words(RunHistory history) {
        house.out()
                .println("run " + run + " of "
                        + history.started().about().path("pipeline").stringValue("") + ", "
                        + PipelineReport.state(history) + ", began "
                        + history.started().time());
        PipelineReport.table(history, house.out());
        DurableRun.outcome(history).ifPresent(outcome -> {
            switch (outcome) {
                case Outcome.Done(var outputs) -> house.out().println(PipelineReport.abbreviated(outputs.toString()));
                case Outcome.Stopped(String at, String reason) ->
                    house.out().println("stopped at " + at + ": " + reason);
                case Outcome.Failed(String at, var _, String reason) ->
                    house.out().println("failed at " + at + ": " + reason);
                case Outcome.Waits waits -> house.out().println("waits at " + waits.path());
            }
        });
        history.waiting()
                .forEach(past -> house.out()
                        .println("waits for a person: stoa pipeline approve " + run + " --step " + past.path()
                                + (past.isUncertain() ? " --happened (or --not-happened)" : "") + place.option()));
    }
}
