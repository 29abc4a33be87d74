package io.stoa.cli;

import io.stoa.hardware.machine.MachineCatalogue;
import io.stoa.hardware.plan.FitPlan;
import io.stoa.hardware.plan.FitSearch;
import io.stoa.model.Bytes;
import io.stoa.model.Interval;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "search",
        description = "Go through models × quantizations × machines × contexts × concurrency × parallelism of a plan.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Memory, latency and cost are intervals. What meets the targets at the bad ends of all of them comes first,"
                    + " cheapest first; what may meet them follows, marked with ?. What is not known is counted.",
            "A plan:",
            "  models:",
            "    - {name: Llama 3.1 8B, parameters: 8.03e9, layers: 32, width: 4096, kv-heads: 8, key-length: 128,",
            "       quantizations: [{name: Q4_K_M, bits: 4.8944}, {name: Q8_0, bits: 8.5008}]}",
            "    - {name: mine, file: model.gguf}",
            "  machines:",
            "    - {name: my 4090, like: RTX 4090,",
            "       hourly-per-device: {amount: 0.69 USD, date: 2026-11-01, source: price list}}",
            "  on: [my 4090, L4, H100 SXM]",
            "  contexts: [4096, 8192]",
            "  concurrency: [1, 8, 32]",
            "  parallelism: [1, tensor 2, pipeline 2]",
            "  workload: {prompt-tokens: 1000, answer-tokens: 200, time-to-first-token: 1 s, time-per-output-token: 50"
                    + " ms}",
            "  utilisation: 0.5",
            "",
            "Examples:",
            "  stoa fit search plan.yaml",
            "  stoa fit search plan.yaml --top 5 --json"
        })
final class FitSearchCommand implements Runnable {
    private final House house;

    @Parameters(paramLabel = "PLAN", description = "The plan, as YAML.")
    private Path file = Path.of("");

    @Option(names = "--machines", paramLabel = "FILE", description = "More machines, as YAML.")
    private Optional<Path> machines = Optional.empty();

    @Option(names = "--top", defaultValue = "20", description = "Combinations to show. Default: ${DEFAULT-VALUE}")
    private int top = 20;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    FitSearchCommand(House house) {
        this.house = house;
    }

    /** A combination, flat. */
    record Found(
            String model,
            String quantization,
            String machine,
            int context,
            int concurrency,
            String parallelism,
            boolean sure,
            Interval memoryBytes,
            Interval timeToFirstToken,
            Interval timePerOutputToken,
            Interval generation,
            Optional<CostCommand.Amount> perMillionTokens,
            String basis) {
        static Found of(FitSearch.Cell cell) {
            return new Found(
                    cell.contender().model(),
                    cell.contender().quantization(),
                    cell.machine().name(),
                    cell.context(),
                    cell.streams(),
                    cell.parallelism().toString(),
                    cell.outcome() == FitSearch.Outcome.MEETS,
                    cell.memory(),
                    cell.speed().timeToFirstToken(),
                    cell.speed().timePerOutputToken(),
                    cell.speed().generation(),
                    cell.perMillion().map(CostCommand.Amount::of),
                    cell.speed().basis());
        }
    }

    @Override
    public void run() {
        FitPlan plan = FitPlan.read(file, catalogue(machines));
        long before = System.nanoTime();
        FitSearch.Result result = FitSearch.search(plan);
        double seconds = (System.nanoTime() - before) / 1e9;
        List<FitSearch.Cell> shown =
                result.found().stream().limit(Math.max(0, top)).toList();
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            Map<String, Integer> counts = new LinkedHashMap<>();
            for (FitSearch.Outcome outcome : FitSearch.Outcome.values()) {
                counts.put(outcome.name().toLowerCase(Locale.ROOT).replace('_', '-'), result.count(outcome));
            }
            all.put("combinations", result.cells());
            all.put("counts", counts);
            all.put("unknown", result.unknown());
            all.put("found", shown.stream().map(Found::of).toList());
            house.out().println(JsonMapper.shared().writeValueAsString(all));
        } else {
            shown.forEach(this::print);
            house.out().println(counts(result));
            result.unknown()
                    .forEach((reason, count) -> house.out().printf(Locale.ROOT, "not known, %,d: %s%n", count, reason));
        }
        house.err().printf(Locale.ROOT, "%,d combinations in %.3f s%n", result.cells(), seconds);
    }

    static MachineCatalogue catalogue(Optional<Path> more) {
        MachineCatalogue shipped = MachineCatalogue.shipped();
        return more.map(shipped::with).orElse(shipped);
    }

    private void print(FitSearch.Cell cell) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "%s %-28s %-20s %7d tokens × %-4d %-12s %9s  first %s s, token %s ms, %s tokens/s, %s%n",
                        cell.outcome() == FitSearch.Outcome.MEETS ? " " : "?",
                        cell.contender().model() + " " + cell.contender().quantization(),
                        cell.machine().name(),
                        cell.context(),
                        cell.streams(),
                        cell.parallelism(),
                        new Bytes((long) cell.memory().low()),
                        range(cell.speed().timeToFirstToken(), 1),
                        range(cell.speed().timePerOutputToken(), 1000),
                        range(cell.speed().generation(), 1),
                        cell.perMillion()
                                .map(cost -> cost + " per million tokens")
                                .orElse("no price"));
    }

    private static String range(Interval interval, double factor) {
        return String.format(Locale.ROOT, "%.3g–%.3g", factor * interval.low(), factor * interval.high());
    }

    private static String counts(FitSearch.Result result) {
        return String.format(
                Locale.ROOT,
                "%,d combinations: %,d meet the targets, %,d may, %,d too slow, %,d do not fit, %,d not known, %,d on"
                        + " more devices than there are",
                result.cells(),
                result.count(FitSearch.Outcome.MEETS),
                result.count(FitSearch.Outcome.MAY_MEET),
                result.count(FitSearch.Outcome.TOO_SLOW),
                result.count(FitSearch.Outcome.DOES_NOT_FIT),
                result.count(FitSearch.Outcome.UNKNOWN),
                result.count(FitSearch.Outcome.NOT_OFFERED));
    }
}
