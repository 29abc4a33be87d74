package io.stoa.cli;

import io.stoa.gateway.cascade.CascadeReport;
import io.stoa.gateway.cascade.FittedCascade;
import io.stoa.gateway.cascade.Labelled;
import io.stoa.gateway.cascade.LabelledFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "evaluate",
        description =
                "Measure a fitted route on labelled examples that it was not fitted on, beside random, the prompt's"
                        + " length and an oracle. Exit code 12 when the risk there is above what is certified.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa route evaluate route.json --examples held-out.jsonl",
            "  stoa route evaluate route.json --examples gsm8k_responses.csv --json"
        })
final class RouteEvaluateCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "ROUTE", description = "What stoa route fit wrote.")
    private Path route = Path.of("route.json");

    @Option(
            names = "--examples",
            required = true,
            paramLabel = "FILE",
            description = "JSON lines, or RouteLLM's tables. May be given several times.")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    RouteEvaluateCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        FittedCascade cascade = FittedCascade.read(route);
        List<Labelled> examples = files.stream()
                .flatMap(file -> LabelledFiles.read(file).stream())
                .toList();
        CascadeReport report = Arguments.checked(() -> CascadeReport.of(cascade, examples));
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(report));
        } else {
            RouteCommand.print(report, house.out());
        }
        return report.served().risk().mean() > report.served().alpha() ? ExitCode.NOT_READY.code() : ExitCode.OK.code();
    }
}
