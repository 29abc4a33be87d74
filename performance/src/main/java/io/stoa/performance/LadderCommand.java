package io.stoa.performance;

import io.stoa.engine.llama.BaseReading;
import io.stoa.engine.llama.DivergenceTally;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.hardware.quant.Decision;
import io.stoa.hardware.quant.Margins;
import io.stoa.hardware.quant.MeanSequence;
import io.stoa.hardware.quant.RungTally;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "ladder",
        description = {
            "What the quantization ladder's decisions promise: how often a rung exactly at its margin is decided, for"
                    + " windows of several distributions, and, on the shipped models, how much of a text an early decision"
                    + " reads and whether the whole text says the same. The figures of docs/quantization.md."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class LadderCommand implements Runnable {
    private static final int LONGEST = 600;
    private static final List<String> TYPES =
            List.of("Q8_0", "Q6_K", "Q5_K_M", "Q5_0", "Q4_K_M", "Q4_0", "Q3_K_L", "Q3_K_M", "Q3_K_S", "Q2_K");

    @Mixin
    private final Bench bench = new Bench();

    @Option(names = "--runs", defaultValue = "2000", description = "Simulated runs a line. Default: ${DEFAULT-VALUE}")
    private int runs = 2_000;

    @Option(
            names = "--orders",
            defaultValue = "200",
            description = "Orders of windows a rung. Default: ${DEFAULT-VALUE}")
    private int orders = 200;

    @Option(
            names = "--models",
            split = ",",
            defaultValue = "nano,micro,mini",
            description = "Which of the shipped models. Default: ${DEFAULT-VALUE}")
    private List<String> models = List.of();

    @Option(names = "--window", defaultValue = "128", description = "Tokens of a window. Default: ${DEFAULT-VALUE}")
    private int window = 128;

    @Option(names = "--seed", defaultValue = "1", description = "Of draws and orders. Default: ${DEFAULT-VALUE}")
    private long seed = 1;

    /** How often a decision was right, and what it took. */
    private static final class Count {
        private int decided;
        private int wrong;
        private int undecided;
        private double read;

        void add(Count other) {
            decided += other.decided;
            wrong += other.wrong;
            undecided += other.undecided;
            read += other.read;
        }

        int all() {
            return decided + undecided;
        }
    }

    @Override
    public void run() {
        bench.tell("seed %d", seed);
        simulate();
        List<Map<String, Object>> figures = new ArrayList<>();
        Count all = new Count();
        LlamaRuntime runtime = Bench.runtime();
        String text = QuickstartText.documents() + QuickstartText.items();
        for (String model : models) {
            Path base = Performance.root().resolve("examples/quickstart/models").resolve(model + ".gguf");
            try (BaseReading reading = runtime.baseReading(base, text, window, bench.threads(), Bytes.mebibytes(512))) {
                for (String type : TYPES) {
                    rung(runtime, base, reading, model, type, all, figures);
                }
            }
        }
        bench.tell(
                "in all: of %d early decisions %d differ from the whole text; %.1f %% of the tokens read",
                all.decided, all.wrong, 100 * all.read / all.all());
        bench.figures(Map.of("rungs", figures, "seed", seed));
    }

    private void simulate() {
        bench.tell("A rung exactly at its margin, looked at after each of %d windows, %d runs", LONGEST, runs);
        simulate("log-normal, sigma 0.5", random -> Math.exp(0.5 * random.nextGaussian() - 0.125));
        simulate("log-normal, sigma 0.8", random -> Math.exp(0.8 * random.nextGaussian() - 0.32));
        simulate("log-normal, sigma 1.0", random -> Math.exp(random.nextGaussian() - 0.5));
        simulate("exponential", random -> -Math.log(1 - random.nextDouble()));
    }

    private void simulate(String name, ToDoubleFunction<SplittableRandom> draw) {
        SplittableRandom random = new SplittableRandom(seed);
        int accepted = 0;
        int refused = 0;
        for (int run = 0; run < runs; run++) {
            RungTally tally = new RungTally(new Margins(1, OptionalDouble.empty(), 0.95));
            while (tally.windows() < LONGEST && tally.decision() == Decision.UNDECIDED) {
                tally.add(draw.applyAsDouble(random), 0, 0);
            }
            accepted += tally.decision() == Decision.NOT_INFERIOR ? 1 : 0;
            refused += tally.decision() == Decision.INFERIOR ? 1 : 0;
        }
        bench.tell(
                "  %-22s accepted %5.2f %%, refused %5.2f %%", name, 100.0 * accepted / runs, 100.0 * refused / runs);
    }

    private void rung(
            LlamaRuntime runtime,
            Path base,
            BaseReading reading,
            String model,
            String type,
            Count all,
            List<Map<String, Object>> figures) {
        List<Double> windows;
        try {
            windows = windows(runtime, base, reading, type);
        } catch (StoaException e) {
            if (e.kind() == StoaException.Kind.USER) {
                return;
            }
            throw e;
        }
        double mean = windows.stream().mapToDouble(value -> value).average().orElse(0);
        for (double margin : List.of(0.02, 0.05, 0.1)) {
            Count count = replay(windows, margin, mean);
            all.add(count);
            bench.tell(
                    "%-6s %-7s whole text %.5f, margin %.2f: %3d decided, %d of them otherwise than the whole text,"
                            + " %d undecided; %.1f %% of the tokens read",
                    model,
                    type,
                    mean,
                    margin,
                    count.decided,
                    count.wrong,
                    count.undecided,
                    100 * count.read / count.all());
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("model", model);
            row.put("type", type);
            row.put("mean", mean);
            row.put("margin", margin);
            row.put("decided", count.decided);
            row.put("wrong", count.wrong);
            row.put("undecided", count.undecided);
            row.put("read", count.read / count.all());
            figures.add(row);
        }
    }

    private List<Double> windows(LlamaRuntime runtime, Path base, BaseReading reading, String type) {
        try {
            Path file = Files.createTempFile("rung", ".gguf");
            try {
                runtime.quantize(base, file, type, 2);
                List<Double> windows = new ArrayList<>();
                try (BaseReading.Comparison comparison = reading.compare(file)) {
                    for (int window = 0; window < reading.windows(); window++) {
                        DivergenceTally tally = comparison.read(window);
                        windows.add(tally.meanDivergence());
                    }
                }
                return windows;
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, type + ": " + e.getMessage(), e);
        }
    }

    private Count replay(List<Double> windows, double margin, double mean) {
        Count count = new Count();
        List<Double> order = new ArrayList<>(windows);
        Random random = new Random(seed);
        for (int run = 0; run < orders; run++) {
            Collections.shuffle(order, random);
            RungTally tally = new RungTally(new Margins(margin, OptionalDouble.empty(), 0.95));
            for (double value : order) {
                tally.add(value, 0, 0);
                if (tally.windows() >= MeanSequence.FEWEST && tally.decision() != Decision.UNDECIDED) {
                    break;
                }
            }
            count.read += (double) tally.windows() / windows.size();
            switch (tally.decision()) {
                case NOT_INFERIOR -> {
                    count.decided++;
                    count.wrong += mean > margin ? 1 : 0;
                }
                case INFERIOR -> {
                    count.decided++;
                    count.wrong += mean <= margin ? 1 : 0;
                }
                case UNDECIDED -> count.undecided++;
            }
        }
        return count;
    }
}
