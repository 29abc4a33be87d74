package io.stoa.cli;

import io.stoa.benchmark.gate.GateReport;
import io.stoa.benchmark.gate.JunitReport;
import io.stoa.benchmark.gate.MarkdownReport;
import io.stoa.benchmark.gate.NewestResults;
import io.stoa.benchmark.gate.RegressionGate;
import io.stoa.model.Gate;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "gate",
        description = {
            "Say whether the current run may replace the baseline: is a loss of the margin or more ruled out?",
            "Takes the results of lm-evaluation-harness, or of Stoa. Documents that both logged (--log_samples) are"
                    + " compared one by one, which needs far fewer of them; otherwise values and standard errors count."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "The gain is the current score less the baseline's, + for better, with one-sided 95 %% bounds. PASS: the"
                    + " lower bound is above minus the margin. FAIL: the upper bound is below minus the margin, and still"
                    + " so after Holm's correction over all tasks. INCONCLUSIVE: neither. ERROR: the current run lacks the"
                    + " task.",
            "The gate passes only where every task passes, so PASS needs no correction: a run that lost the margin or"
                    + " more on some task passes in at most 5 %% of cases.",
            "Exit codes: 0 passes, 12 a regression is shown or a least score missed, 11 it cannot be told.",
            "",
            "Examples:",
            "  stoa bench gate results/base results/tuned",
            "  stoa bench gate results/base results/tuned --task arc_easy --metric acc_norm --margin 0.01",
            "  stoa bench gate base.json tuned.json --min-score gsm8k=0.7 --junit gate.xml --markdown gate.md"
        })
final class BenchGateCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "BASELINE", description = "The folder of results, or one results file.")
    private Path baseline = Path.of("");

    @Parameters(index = "1", paramLabel = "CURRENT", description = "The same of what may replace it.")
    private Path current = Path.of("");

    @Option(
            names = "--margin",
            defaultValue = "0.02",
            paramLabel = "LOSS",
            description = "The loss that is still accepted, in the metric's units. Default: ${DEFAULT-VALUE}")
    private double margin = 0.02;

    @Option(
            names = "--metric",
            paramLabel = "METRIC",
            description =
                    "Judge by this one, as METRIC or METRIC,FILTER; may be repeated. Default: the one that the task"
                            + " lists first")
    private List<String> metrics = List.of();

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description =
                    "Judge this task or group; may be repeated. Default: all that belong to no group, a group instead"
                            + " of its tasks")
    private List<String> tasks = List.of();

    @Option(
            names = "--min-score",
            paramLabel = "TASK=SCORE",
            description = "The whole 95 %% interval of the current score must be at least this; may be repeated.")
    private Map<String, Double> leastScores = Map.of();

    @Option(
            names = "--common",
            description = "Leave out documents that only one run has or that have changed, instead of refusing.")
    private boolean common;

    @Option(names = "--junit", paramLabel = "FILE", description = "Also write JUnit XML, for a build server.")
    private Optional<Path> junit = Optional.empty();

    @Option(names = "--markdown", paramLabel = "FILE", description = "Also write a Markdown table, for a job summary.")
    private Optional<Path> markdown = Optional.empty();

    @Option(names = "--json", description = "Print everything as JSON.")
    private boolean json;

    BenchGateCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        Consumer<String> notice = line -> house.err().println("stoa: " + line);
        Map<String, Gate> gates = new LinkedHashMap<>();
        leastScores.forEach((task, least) -> gates.put(task, Arguments.checked(() -> new Gate(least))));
        RegressionGate gate = Arguments.checked(() -> new RegressionGate(margin, metrics, tasks, gates, common));
        GateReport report = gate.judge(NewestResults.of(baseline, notice), NewestResults.of(current, notice), notice);
        junit.ifPresent(file -> WholeFile.write("--junit", file, JunitReport.of(report)));
        markdown.ifPresent(file -> WholeFile.write("--markdown", file, MarkdownReport.of(report)));
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(report));
        } else {
            print(report);
        }
        return ExitCode.of(report.verdict()).code();
    }

    private void print(GateReport report) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "%s  %s -> %s; margin %s, each bound at %.0f %%, + is better%n",
                        report.verdict(),
                        report.baseline(),
                        report.current(),
                        report.margin(),
                        100 * report.confidence());
        for (GateReport.Claim claim : report.claims()) {
            house.out()
                    .printf(
                            Locale.ROOT,
                            "%n%-12s  %s  %s, %s%n",
                            claim.verdict(),
                            claim.task(),
                            claim.metric(),
                            claim.requirement());
            house.out()
                    .printf(
                            Locale.ROOT,
                            "  score       %s%s%s%n",
                            claim.before().isPresent() ? score(claim.before()) + " -> " : "",
                            score(claim.after()),
                            claim.n().isPresent()
                                    ? String.format(
                                            Locale.ROOT, ", n %,d", claim.n().getAsInt())
                                    : "");
            claim.change().ifPresent(this::print);
            house.out().println("  why         " + claim.reason());
            if (!claim.advice().isEmpty()) {
                house.out().println("  to do       " + claim.advice());
            }
        }
    }

    private void print(GateReport.Change change) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "  difference  %+.4f, bounds %+.4f to %+.4f (%s)%s%n",
                        change.gain(),
                        change.bounds().low(),
                        change.bounds().high(),
                        change.method(),
                        change.different().isPresent()
                                ? String.format(
                                        Locale.ROOT,
                                        "; exact McNemar p %.4f",
                                        change.different().getAsDouble())
                                : "");
    }

    private static String score(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.4f", value.getAsDouble()) : "none";
    }
}
