package io.stoa.cli;

import io.stoa.benchmark.compare.ResponseReader;
import io.stoa.benchmark.compare.ScoredItems;
import io.stoa.benchmark.compare.Standings;
import io.stoa.model.StoaException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** The benchmark's own verbs, apart from an assessment. */
@Command(
        name = "bench",
        description = "Benchmark answers, also those that were given elsewhere.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  stoa bench compare predictions.csv",
            "  stoa bench compare a.jsonl b.jsonl --json",
            "  stoa bench gate results/base results/tuned --margin 0.02",
            "  stoa bench judge --responses answers.jsonl --judge judge.gguf --rubric rubric.txt --labels labels.csv",
            "  stoa bench trend results/nightly",
            "  stoa bench contamination --items items.jsonl --text corpus.txt"
        })
final class BenchCommand {
    private BenchCommand() {}

    static CommandLine commandLine(House house) {
        return new CommandLine(new BenchCommand())
                .addSubcommand(new BenchTasksCommand(house))
                .addSubcommand(new BenchPromptsCommand(house))
                .addSubcommand(new BenchRunCommand(house))
                .addSubcommand(new BenchRaceCommand(house))
                .addSubcommand(new BenchScoreCommand(house))
                .addSubcommand(new BenchJudgeCommand(house))
                .addSubcommand(new Compare(house))
                .addSubcommand(new BenchGateCommand(house))
                .addSubcommand(new BenchWatchCommand(house))
                .addSubcommand(new BenchTrendCommand(house))
                .addSubcommand(new BenchContaminationCommand(house));
    }

    @Command(
            name = "compare",
            description = {
                "Rank models by their answers to the same items, with ties where the items cannot tell them apart.",
                "Takes one CSV table (the items' ids, the right answers, a column of answers for each model) or a JSONL file"
                        + " of scores for each model, such as the samples that lm-evaluation-harness logs."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Two models are told apart where the exact McNemar test (a permutation test for graded scores, a t test"
                        + " over clusters) holds after Holm's correction over all pairs. No answer counts as wrong.",
                "",
                "Examples:",
                "  stoa bench compare predictions.csv",
                "  stoa bench compare predictions.csv --cluster category",
                "  stoa bench compare base.jsonl tuned.jsonl --metric exact_match --filter strict-match"
            })
    static final class Compare implements Runnable {
        private final House house;

        @Parameters(arity = "1..*", paramLabel = "FILE", description = "One CSV table, or a JSONL file for each model.")
        private List<Path> files = List.of();

        @Option(
                names = "--models",
                split = ",",
                paramLabel = "NAME",
                description = "The table's columns to compare. Default: all columns that are left")
        private List<String> models = List.of();

        @Option(
                names = "--cluster",
                paramLabel = "NAME",
                description = "The column or key that groups items, such as their subject: the claim is then about new"
                        + " groups, not about these.")
        private Optional<String> cluster = Optional.empty();

        @Option(
                names = "--metric",
                paramLabel = "KEY",
                description = "A JSONL line's score. Default: the first known one, such as acc or exact_match")
        private Optional<String> metric = Optional.empty();

        @Option(names = "--filter", paramLabel = "NAME", description = "Only JSONL lines of this filter.")
        private Optional<String> filter = Optional.empty();

        @Option(names = "--common", description = "Leave out items that not all models have, instead of refusing.")
        private boolean common;

        @Option(names = "--confidence", defaultValue = "0.95", description = "Default: ${DEFAULT-VALUE}")
        private double confidence = 0.95;

        @Option(names = "--json", description = "Print the standings as JSON.")
        private boolean json;

        Compare(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            if (!(confidence > 0.5 && confidence < 1)) {
                throw StoaException.user("--confidence " + confidence + ": must lie between 0.5 and 1, such as 0.95");
            }
            Standings standings = Standings.of(read(), common, confidence);
            if (json) {
                house.out().println(JsonMapper.shared().writeValueAsString(standings));
            } else {
                print(standings);
            }
        }

        private List<ScoredItems> read() {
            ResponseReader reader = new ResponseReader(
                    metric, filter, cluster, notice -> house.err().println("stoa: " + notice));
            if (files.size() == 1) {
                if (metric.isPresent() || filter.isPresent()) {
                    throw StoaException.user("--metric and --filter are for JSONL files, a file for each model; "
                            + files.getFirst() + " is read as a table");
                }
                if (files.getFirst().toString().endsWith(".jsonl")) {
                    throw StoaException.user(files.getFirst() + ": one JSONL file holds one model's scores; name a file"
                            + " for each model, or one CSV table");
                }
                return reader.table(files.getFirst(), models);
            }
            if (!models.isEmpty()) {
                throw StoaException.user("--models names columns of one table; there are " + files.size() + " files");
            }
            List<ScoredItems> read = new ArrayList<>();
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                read.add(reader.lines(file, name.endsWith(".jsonl") ? name.substring(0, name.length() - 6) : name));
            }
            return read;
        }

        private void print(Standings standings) {
            house.out()
                    .printf(
                            Locale.ROOT,
                            "%,d items%s%s; intervals at %s %%; no answer counts as wrong%n",
                            standings.items(),
                            standings.clusters() > 0 ? " in " + standings.clusters() + " clusters" : "",
                            standings.leftOut() > 0
                                    ? " that all models have, " + standings.leftOut() + " left out"
                                    : "",
                            BigDecimal.valueOf(confidence)
                                    .movePointRight(2)
                                    .stripTrailingZeros()
                                    .toPlainString());
            int width = standings.standings().stream()
                    .mapToInt(standing -> standing.model().length())
                    .max()
                    .orElse(0);
            house.out().println();
            house.out()
                    .printf(
                            Locale.ROOT,
                            "%-6s %-" + width + "s  %7s   %-17s %s%n",
                            "rank",
                            "model",
                            "score",
                            "interval",
                            "no answer");
            for (Standings.Standing standing : standings.standings()) {
                String rank = standing.best() == standing.worst()
                        ? Integer.toString(standing.best())
                        : standing.best() + "-" + standing.worst();
                house.out()
                        .printf(
                                Locale.ROOT,
                                "%-6s %-" + width + "s  %5.1f %%   %5.1f to %5.1f %%  %,9d%n",
                                rank,
                                standing.model(),
                                100 * standing.score(),
                                100 * standing.interval().low(),
                                100 * standing.interval().high(),
                                standing.unanswered());
            }
            house.out().println();
            house.out()
                    .printf(
                            Locale.ROOT,
                            "%-" + (2 * width + 3) + "s  %10s   %-15s  %9s%n",
                            "pair",
                            "difference",
                            "interval",
                            "p (Holm)");
            for (Standings.Pair pair : standings.pairs()) {
                house.out()
                        .printf(
                                Locale.ROOT,
                                "%-" + (2 * width + 3) + "s  %+6.1f pts   %+5.1f to %+5.1f   %9s  %s%n",
                                pair.first() + " - " + pair.second(),
                                100 * pair.difference(),
                                100 * pair.interval().low(),
                                100 * pair.interval().high(),
                                pair.adjusted() < 0.0001
                                        ? "< 0.0001"
                                        : String.format(Locale.ROOT, "%.4f", pair.adjusted()),
                                pair.tied() ? "tied" + visible(pair) : "");
            }
        }

        private static String visible(Standings.Pair pair) {
            return pair.visible().isEmpty()
                    ? ""
                    : String.format(
                            Locale.ROOT,
                            "; so many items see %.1f points with 80 %% power",
                            100 * pair.visible().getAsDouble());
        }
    }
}
