package io.stoa.cli;

import io.stoa.assess.yaml.StoaYaml;
import io.stoa.benchmark.compare.ResponseReader;
import io.stoa.benchmark.compare.ScoredItems;
import io.stoa.benchmark.stats.PairedRatio;
import io.stoa.hardware.cost.CostRange;
import io.stoa.hardware.plan.CostSheet;
import io.stoa.hardware.plan.Standing;
import io.stoa.hardware.plan.Tradeoff;
import io.stoa.model.Interval;
import io.stoa.model.StoaException;
import io.stoa.model.Workload;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "compare-cost",
        description = "How much of B's quality does A keep, on the same items, and at how much of its cost?",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "A and B are JSONL files of scores (what bench compare reads), columns of a CSV table (--table), or"
                    + " candidates of an assessment, by id or digest (--home). Costs are sheets of stoa cost, per"
                    + " request.",
            "Quality is the mean score over tasks by their shares; its interval is that of a ratio of paired means."
                    + " Without sheets, but with --assessment, cost is the time of the machine that was assessed.",
            "Exit codes: 0 yes (or nothing was asked), 11 not known, 12 no.",
            "",
            "Examples:",
            "  stoa compare-cost 3b.jsonl 70b.jsonl --cost-a 3b.yaml --cost-b 70b.yaml --keep 0.95 --at 0.01",
            "  stoa compare-cost nano-Q4_0 mini-F16 --home .stoa --assessment stoa.yaml --keep 0.9",
            "  stoa compare-cost small large --table predictions.csv --by subject --json"
        })
final class CompareCostCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "A", description = "The cheaper candidate.")
    private String first = "";

    @Parameters(index = "1", paramLabel = "B", description = "The candidate whose quality and cost are the whole.")
    private String second = "";

    @Option(names = "--home", paramLabel = "DIR", description = "Stoa's folder, with the ledger. Default: .stoa")
    private Path home = Path.of(".stoa");

    @Option(
            names = "--assessment",
            paramLabel = "FILE",
            description = "A stoa.yaml, whose tasks' shares weigh. Default: each task alike")
    private Optional<Path> assessment = Optional.empty();

    @Option(names = "--table", paramLabel = "FILE", description = "A CSV table of answers, with columns A and B.")
    private Optional<Path> table = Optional.empty();

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "The column or key that names each item's task, in files. Default: all items are one task")
    private Optional<String> by = Optional.empty();

    @Option(names = "--metric", paramLabel = "KEY", description = "A JSONL line's score; as in bench compare.")
    private Optional<String> metric = Optional.empty();

    @Option(names = "--filter", paramLabel = "NAME", description = "Only JSONL lines of this filter.")
    private Optional<String> filter = Optional.empty();

    @Option(names = "--common", description = "Leave out items that only one of them has, instead of refusing.")
    private boolean common;

    @Option(names = "--cost-a", paramLabel = "SHEET", description = "A's cost sheet; see stoa cost --help.")
    private Optional<Path> costOfFirst = Optional.empty();

    @Option(names = "--cost-b", paramLabel = "SHEET", description = "B's cost sheet.")
    private Optional<Path> costOfSecond = Optional.empty();

    @Option(names = "--keep", paramLabel = "SHARE", description = "Is at least this share of the quality kept?")
    private Optional<Double> keep = Optional.empty();

    @Option(names = "--at", paramLabel = "SHARE", description = "At no more than this share of the cost?")
    private Optional<Double> at = Optional.empty();

    @Option(names = "--confidence", defaultValue = "0.95", description = "Default: ${DEFAULT-VALUE}")
    private double confidence = 0.95;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    CompareCostCommand(House house) {
        this.house = house;
    }

    /**
     * A task as both answered it.
     *
     * @param leftOut items that only one of them has
     */
    private record Asked(String name, PairedRatio.Task task, int leftOut) {}

    @Override
    public Integer call() {
        check("--confidence", confidence, 0.5, 0.9999);
        keep.ifPresent(share -> check("--keep", share, 1e-6, 10));
        at.ifPresent(share -> check("--at", share, 1e-9, 1000));
        Optional<LedgerScores> ledger =
                fromFiles() ? Optional.empty() : Optional.of(LedgerScores.read(home, house.clock()));
        Optional<Workload> workload = assessment.map(file -> StoaYaml.read(file).workload());
        List<Asked> tasks = weighed(ledger.map(this::recorded).orElseGet(this::filed), workload);
        PairedRatio ratio = PairedRatio.of(tasks.stream().map(Asked::task).toList(), confidence)
                .orElseThrow(() -> StoaException.user(second
                        + " answers nothing rightly, so there is no quality of which" + " a share could be kept"));
        Optional<CostRange> costA = costOfFirst.map(CompareCostCommand::perRequest);
        Optional<CostRange> costB = costOfSecond.map(CompareCostCommand::perRequest);
        // Without prices, the time that the same machine takes for either.
        Optional<List<Interval>> seconds = costA.isPresent() || costB.isPresent()
                ? Optional.empty()
                : ledger.flatMap(read -> workload.flatMap(each -> read.seconds(first, second, each.answerTokens())));
        Tradeoff tradeoff = new Tradeoff(
                ratio.ratio(),
                ratio.low(),
                ratio.high(),
                seconds.map(CompareCostCommand::share).or(() -> share(costA, costB)));
        if (json) {
            house.out()
                    .println(JsonMapper.shared()
                            .writeValueAsString(figures(tasks, ratio, tradeoff, costA, costB, seconds)));
        } else {
            print(tasks, ratio, tradeoff, costA, costB, seconds);
        }
        return switch (answer(tradeoff)) {
            case MEETS -> ExitCode.OK.code();
            case UNDECIDED -> ExitCode.UNDECIDED.code();
            case MISSES -> ExitCode.NOT_READY.code();
        };
    }

    private static void check(String option, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw StoaException.user(option + " " + value + ": write a share such as 0.95");
        }
    }

    private boolean fromFiles() {
        return table.isPresent() || (Files.isRegularFile(Path.of(first)) && Files.isRegularFile(Path.of(second)));
    }

    /** Items of files, by the task that the key names. */
    private List<Asked> filed() {
        ResponseReader reader =
                new ResponseReader(metric, filter, by, notice -> house.err().println("stoa: " + notice));
        List<ScoredItems> read = table.isPresent()
                ? reader.table(table.get(), List.of(first, second))
                : List.of(reader.lines(Path.of(first), first), reader.lines(Path.of(second), second));
        ScoredItems a = read.getFirst();
        ScoredItems b = read.getLast();
        Map<String, Map<String, Double>> ofA = new LinkedHashMap<>();
        Map<String, Map<String, Double>> ofB = new LinkedHashMap<>();
        a.scores().forEach((item, score) -> task(ofA, a, item).put(item, score.orElse(0.0)));
        b.scores().forEach((item, score) -> task(ofB, b, item).put(item, score.orElse(0.0)));
        return paired(ofA, ofB);
    }

    private static Map<String, Double> task(Map<String, Map<String, Double>> tasks, ScoredItems items, String item) {
        return tasks.computeIfAbsent(items.clusters().getOrDefault(item, "all"), _ -> new LinkedHashMap<>());
    }

    private List<Asked> recorded(LedgerScores ledger) {
        SequencedMap<String, SequencedMap<String, Double>> a = ledger.of(first);
        SequencedMap<String, SequencedMap<String, Double>> b = ledger.of(second);
        // Asking may end early once a gate is decided: what both were asked is compared.
        common = true;
        return paired(a, b);
    }

    private List<Asked> paired(
            Map<String, ? extends Map<String, Double>> ofA, Map<String, ? extends Map<String, Double>> ofB) {
        List<Asked> tasks = new ArrayList<>();
        for (Map.Entry<String, ? extends Map<String, Double>> each : ofB.entrySet()) {
            Map<String, Double> a = Optional.<Map<String, Double>>ofNullable(ofA.get(each.getKey()))
                    .orElse(Map.of());
            Map<String, Double> b = each.getValue();
            List<Double> scoresA = new ArrayList<>();
            List<Double> scoresB = new ArrayList<>();
            b.forEach((item, score) -> Optional.ofNullable(a.get(item)).ifPresent(other -> {
                scoresA.add(other);
                scoresB.add(score);
            }));
            int leftOut = a.size() + b.size() - 2 * scoresA.size();
            if (leftOut > 0 && !common) {
                throw StoaException.user(
                        leftOut + " items of " + each.getKey() + " have a score of only one of them; give"
                                + " both the same items, or leave these out with --common");
            }
            if (!scoresA.isEmpty()) {
                tasks.add(new Asked(each.getKey(), new PairedRatio.Task(1, scoresA, scoresB), leftOut));
            }
        }
        if (tasks.isEmpty()) {
            throw StoaException.user(first + " and " + second + " were asked nothing in common");
        }
        return tasks;
    }

    /** The same with the shares that an assessment gives them. */
    private List<Asked> weighed(List<Asked> tasks, Optional<Workload> workload) {
        if (workload.isEmpty()) {
            return tasks;
        }
        Map<String, Double> shares = new LinkedHashMap<>();
        workload.get().tasks().forEach(task -> shares.put(task.id(), task.share()));
        List<Asked> weighed = new ArrayList<>();
        List<String> missing = new ArrayList<>(shares.keySet());
        for (Asked asked : tasks) {
            double share = shares.getOrDefault(asked.name(), 0.0);
            missing.remove(asked.name());
            if (share > 0) {
                weighed.add(new Asked(
                        asked.name(),
                        new PairedRatio.Task(
                                share, asked.task().first(), asked.task().second()),
                        asked.leftOut()));
            }
        }
        missing.removeIf(name -> shares.getOrDefault(name, 0.0) == 0);
        if (!missing.isEmpty() || weighed.isEmpty()) {
            throw StoaException.user(assessment.map(Path::toString).orElse("") + ": both must have answered "
                    + String.join(", ", missing)
                    + "; run stoa assess, or leave --assessment out to weigh each task alike");
        }
        return weighed;
    }

    private static CostRange perRequest(Path sheet) {
        return CostSheet.read(sheet).result().request().perRequest();
    }

    private static Interval share(List<Interval> seconds) {
        return new Interval(
                seconds.getFirst().low() / seconds.getLast().high(),
                seconds.getFirst().high() / seconds.getLast().low());
    }

    private static Optional<Interval> share(Optional<CostRange> a, Optional<CostRange> b) {
        try {
            return a.flatMap(cost -> b.flatMap(cost::shareOf));
        } catch (IllegalArgumentException e) {
            throw StoaException.user(String.valueOf(e.getMessage()));
        }
    }

    private Standing answer(Tradeoff tradeoff) {
        if (keep.isPresent() && at.isPresent()) {
            return tradeoff.both(keep.get(), at.get());
        }
        return keep.map(tradeoff::quality).or(() -> at.map(tradeoff::cost)).orElse(Standing.MEETS);
    }

    private void print(
            List<Asked> tasks,
            PairedRatio ratio,
            Tradeoff tradeoff,
            Optional<CostRange> costA,
            Optional<CostRange> costB,
            Optional<List<Interval>> seconds) {
        double weights =
                tasks.stream().mapToDouble(each -> each.task().weight()).sum();
        int width = Math.max(
                4, tasks.stream().mapToInt(each -> each.name().length()).max().orElse(0));
        String form = "%-" + width + "s %7s %9s %9s   %s";
        line(String.format(Locale.ROOT, form, "task", "weight", "A", "B", "items"));
        for (Asked each : tasks) {
            line(String.format(
                    Locale.ROOT,
                    form,
                    each.name(),
                    percent(each.task().weight() / weights),
                    percent(mean(each.task().first())),
                    percent(mean(each.task().second())),
                    each.task().first().size()
                            + (each.leftOut() > 0 ? ", and " + each.leftOut() + " that only one was asked" : "")));
        }
        line(String.format(
                Locale.ROOT, form, "all", "", percent(ratio.first()), percent(ratio.second()), ratio.items()));
        costA.ifPresent(cost -> line("a request of A costs " + cost));
        costB.ifPresent(cost -> line("a request of B costs " + cost));
        seconds.ifPresent(taken -> line(String.format(
                Locale.ROOT,
                "cost is time here: the assessment's machine takes %.3g to %.3g s for a request of A, %.3g to %.3g s"
                        + " for one of B",
                taken.getFirst().low(),
                taken.getFirst().high(),
                taken.getLast().low(),
                taken.getLast().high())));
        house.out().println();
        line(sentence(tradeoff));
        if (keep.isPresent() || at.isPresent()) {
            line(verdict(tradeoff));
        }
    }

    private static double mean(List<Double> scores) {
        return scores.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    private void line(String text) {
        house.out().println(text.stripTrailing());
    }

    private String sentence(Tradeoff tradeoff) {
        return String.format(
                Locale.ROOT,
                "%s keeps %s [%s, %s] of the quality of %s at %s",
                first,
                percent(tradeoff.kept()),
                plain(tradeoff.least()),
                tradeoff.most().isPresent() ? plain(tradeoff.most().getAsDouble()) : "no upper end",
                second,
                tradeoff.cost()
                        .map(cost -> range(cost) + " of the cost")
                        .orElse("an unknown share of the cost; give --cost-a and --cost-b"));
    }

    private String verdict(Tradeoff tradeoff) {
        List<String> parts = new ArrayList<>();
        keep.ifPresent(share ->
                parts.add("at least " + significant(share) + " of the quality: " + word(tradeoff.quality(share))));
        at.ifPresent(
                share -> parts.add("at most " + significant(share) + " of the cost: " + word(tradeoff.cost(share))));
        if (parts.size() == 2) {
            parts.add("both: " + word(answer(tradeoff)));
        }
        return String.join("; ", parts);
    }

    private static String word(Standing standing) {
        return switch (standing) {
            case MEETS -> "yes";
            case UNDECIDED -> "not known";
            case MISSES -> "no";
        };
    }

    private static String percent(double share) {
        return plain(share) + " %";
    }

    private static String plain(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    private static String significant(double share) {
        return BigDecimal.valueOf(100 * share)
                        .round(new MathContext(3))
                        .stripTrailingZeros()
                        .toPlainString()
                + " %";
    }

    private static String range(Interval cost) {
        return cost.high() - cost.low() < 5e-4 * cost.high()
                ? significant(cost.high())
                : String.format(Locale.ROOT, "%.3g to %s", 100 * cost.low(), significant(cost.high()));
    }

    private Map<String, Object> figures(
            List<Asked> tasks,
            PairedRatio ratio,
            Tradeoff tradeoff,
            Optional<CostRange> costA,
            Optional<CostRange> costB,
            Optional<List<Interval>> seconds) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("a", first);
        figures.put("b", second);
        figures.put("confidence", confidence);
        List<Map<String, Object>> each = new ArrayList<>();
        for (Asked asked : tasks) {
            Map<String, Object> task = new LinkedHashMap<>();
            task.put("task", asked.name());
            task.put("weight", asked.task().weight());
            task.put("items", asked.task().first().size());
            task.put("leftOut", asked.leftOut());
            task.put("a", mean(asked.task().first()));
            task.put("b", mean(asked.task().second()));
            each.add(task);
        }
        figures.put("tasks", each);
        figures.put("qualityA", ratio.first());
        figures.put("qualityB", ratio.second());
        figures.put("kept", tradeoff.kept());
        figures.put("keptLow", tradeoff.least());
        put(figures, "keptHigh", tradeoff.most());
        costA.ifPresent(cost -> figures.put("costA", CostCommand.Amount.of(cost)));
        costB.ifPresent(cost -> figures.put("costB", CostCommand.Amount.of(cost)));
        seconds.ifPresent(taken -> {
            figures.put("secondsA", taken.getFirst());
            figures.put("secondsB", taken.getLast());
        });
        tradeoff.cost().ifPresent(cost -> figures.put("costKept", cost));
        keep.ifPresent(share -> figures.put("qualityAnswer", word(tradeoff.quality(share))));
        at.ifPresent(share -> figures.put("costAnswer", word(tradeoff.cost(share))));
        if (keep.isPresent() || at.isPresent()) {
            figures.put("answer", word(answer(tradeoff)));
        }
        figures.put("sentence", sentence(tradeoff));
        return figures;
    }

    private static void put(Map<String, Object> figures, String key, OptionalDouble value) {
        value.ifPresent(present -> figures.put(key, present));
    }
}
