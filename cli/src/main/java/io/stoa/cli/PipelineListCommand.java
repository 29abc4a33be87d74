package io.stoa.cli;

import io.stoa.integration.step.RunHistory;
import io.stoa.integration.step.Runs;
import io.stoa.model.StoaException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = "The runs there are, the newest first.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Examples:", "  stoa pipeline list", "  stoa pipeline list --most 100 --json | jq -r .state"})
final class PipelineListCommand implements Callable<Integer> {
    private final House house;

    @Option(names = "--most", defaultValue = "20", description = "How many are shown. Default: ${DEFAULT-VALUE}")
    private int most = 20;

    @Mixin
    private PipelineCommand.Place place = new PipelineCommand.Place();

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    PipelineListCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        Runs runs = place.runs(house);
        List<String> ids = runs.ids();
        for (String id : ids.subList(0, Math.clamp(most, 0, ids.size()))) {
            try {
                line(runs.look(id));
            } catch (StoaException e) {
                house.err().println("stoa: " + e.sentence());
            }
        }
        if (ids.size() > most) {
            house.err().println("… and " + (ids.size() - most) + " older ones");
        }
        return ExitCode.OK.code();
    }

    private void line(RunHistory history) {
        if (json) {
            house.out().println(PipelineReport.summary(history));
        } else {
            house.out()
                    .printf(
                            Locale.ROOT,
                            "%-24s  %-20s  %-10s  %5d steps  %s%n",
                            history.started().run(),
                            history.started().about().path("pipeline").stringValue(""),
                            PipelineReport.state(history),
                            history.steps().size(),
                            history.last());
        }
    }
}
