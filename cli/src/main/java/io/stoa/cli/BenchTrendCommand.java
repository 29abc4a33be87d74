package io.stoa.cli;

import io.stoa.benchmark.trend.Trend;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "trend",
        description = {
            "Show how scores moved over many runs, and where they changed.",
            "Takes all results files of lm-evaluation-harness, or of Stoa, in the folders and below, in time order."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "A change is a step of the mean larger than the standard errors explain, or (from about nine runs on equally"
                    + " many documents) larger than the series' own scatter explains. Where nothing changed, all series"
                    + " together show a change in at most 5 %% of cases. Two runs on the same documents are compared more"
                    + " sharply by stoa bench gate.",
            "",
            "Examples:",
            "  stoa bench trend results/nightly",
            "  stoa bench trend results/2025 results/2026 --task gsm8k --metric exact_match,strict-match",
            "  stoa bench trend results/nightly --json"
        })
final class BenchTrendCommand implements Runnable {
    private static final String BARS = "▁▂▃▄▅▆▇█";

    private final House house;

    @Parameters(arity = "1..*", paramLabel = "FOLDER", description = "Folders of results, or results files.")
    private List<Path> places = List.of();

    @Option(
            names = "--metric",
            paramLabel = "METRIC",
            description = "As METRIC or METRIC,FILTER. Default: the one that each task lists first")
    private Optional<String> metric = Optional.empty();

    @Option(names = "--task", paramLabel = "TASK", description = "Only this task or group.")
    private Optional<String> task = Optional.empty();

    @Option(names = "--json", description = "Print everything as JSON.")
    private boolean json;

    BenchTrendCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        Trend trend = Trend.of(places, metric, task, notice -> house.err().println("stoa: " + notice));
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(trend));
            return;
        }
        house.out()
                .printf(
                        Locale.ROOT,
                        "%,d results file%s; where nothing changed, at most %.0f %% of such reports show a change%n",
                        trend.files(),
                        trend.files() == 1 ? "" : "s",
                        100 * trend.level());
        trend.series().forEach(this::print);
    }

    private void print(Trend.Series series) {
        Trend.Point last = series.points().getLast();
        house.out()
                .printf(
                        Locale.ROOT,
                        "%n%s  %s  %s%n  %d run%s, last %.4f ± %s on %s (%s)%n",
                        series.task(),
                        series.metric(),
                        sparkline(series.points()),
                        series.points().size(),
                        series.points().size() == 1 ? "" : "s",
                        last.value(),
                        last.standardError().isPresent()
                                ? String.format(
                                        Locale.ROOT,
                                        "%.4f",
                                        last.standardError().getAsDouble())
                                : "unknown",
                        last.date(),
                        last.model());
        for (Trend.Change change : series.changes()) {
            house.out()
                    .printf(
                            Locale.ROOT,
                            "  changed by %+.4f at %s (%s), p %s%n",
                            change.size(),
                            change.at().date(),
                            change.at().model(),
                            change.p() < 0.0001 ? "< 0.0001" : String.format(Locale.ROOT, "%.4f", change.p()));
        }
        if (series.changes().isEmpty()) {
            house.out()
                    .println(series.unknown()
                            .map(why -> "  changed: unknown; " + why)
                            .orElse("  no change is shown"));
        }
    }

    /** From the smallest to the largest value; the last ones where the line would be too long. */
    private String sparkline(List<Trend.Point> points) {
        int most = Math.max(10, house.terminal().width() / 2);
        double[] values = points.stream()
                .skip(Math.max(0, points.size() - most))
                .mapToDouble(Trend.Point::value)
                .toArray();
        double low = Double.MAX_VALUE;
        double high = -Double.MAX_VALUE;
        for (double value : values) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        StringBuilder line = new StringBuilder();
        for (double value : values) {
            int bar = high > low
                    ? (int) Math.round((value - low) / (high - low) * (BARS.length() - 1))
                    : BARS.length() / 2;
            line.append(BARS.charAt(bar));
        }
        return line.toString();
    }
}
