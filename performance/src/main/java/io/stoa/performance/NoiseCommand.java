package io.stoa.performance;

import io.stoa.engine.Batching;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.Question;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "noise",
        description = {
            "How far the fast mode's log-likelihoods are from the deterministic ones, and how many decisions it"
                    + " changes.",
            "Items are the quickstart's own: five documents, the beginning of a sixth, and which of four sentences"
                    + " goes on. A decision is the likeliest choice."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class NoiseCommand implements Runnable {
    private static final int CONTEXT = 512;
    private static final int CHOICES = 4;
    private static final int SHOTS = 5;

    @Mixin
    private final Bench bench = new Bench();

    @Option(names = "--items", defaultValue = "1000", description = "Items a model. Default: ${DEFAULT-VALUE}")
    private int items = 1000;

    @Option(
            names = "--models",
            split = ",",
            defaultValue = "nano,micro,mini",
            description = "Which of the shipped models. Default: ${DEFAULT-VALUE}")
    private List<String> models = List.of();

    @Option(names = "--seed", defaultValue = "1", description = "Of the items. Default: ${DEFAULT-VALUE}")
    private long seed = 1;

    @Override
    public void run() {
        LlamaRuntime runtime = Bench.runtime();
        Path folder = Performance.root().resolve("examples/quickstart/models");
        List<Question> asked = items();
        int changedInAll = 0;
        int inAll = 0;
        List<Map<String, Object>> figures = new ArrayList<>();
        for (String name : models) {
            for (String quantization : List.of("F16", "Q8_0", "Q4_0")) {
                Path file = quantized(runtime, folder.resolve(name + ".gguf"), name, quantization);
                List<List<LogLikelihood>> exact;
                try (Engine engine = runtime.open(file, new EngineOptions(CONTEXT, bench.threads()))) {
                    exact = engine.scoreAll(asked);
                }
                Batching fast = new Batching.Continuous(8, 8 * CONTEXT, 8);
                List<List<LogLikelihood>> shared;
                try (Engine engine = runtime.open(file, new EngineOptions(CONTEXT, bench.threads(), fast))) {
                    shared = engine.scoreAll(asked);
                }
                List<Double> differences = differences(exact, shared);
                int changed = (int) IntStream.range(0, items)
                        .filter(i -> likeliest(exact.get(i)) != likeliest(shared.get(i)))
                        .count();
                changedInAll += changed;
                inAll += items;
                double worst = Bench.percentile(differences, 1);
                double mean = differences.stream().mapToDouble(d -> d).average().orElse(0);
                bench.tell(
                        "%-6s %-5s %d items, %d tokens: |difference| of a token's log-likelihood mean %.5f, 99 %% %.5f,"
                                + " worst %.5f nats; %d decisions changed",
                        name,
                        quantization,
                        items,
                        differences.size(),
                        mean,
                        Bench.percentile(differences, 0.99),
                        worst,
                        changed);
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("model", name);
                row.put("quantization", quantization);
                row.put("items", items);
                row.put("meanNats", mean);
                row.put("worstNats", worst);
                row.put("changedDecisions", changed);
                figures.add(row);
            }
        }
        bench.tell("in all %d of %d decisions changed (%.2f %%)", changedInAll, inAll, 100.0 * changedInAll / inAll);
        bench.figures(Map.of("models", figures, "changed", changedInAll, "decisions", inAll));
    }

    private static Path quantized(LlamaRuntime runtime, Path full, String name, String quantization) {
        if (quantization.equals("F16")) {
            return full;
        }
        try {
            Path folder = Files.createDirectories(Performance.root().resolve("performance/target/models"));
            Path file = folder.resolve(name + "-" + quantization + ".gguf");
            if (!Files.exists(file)) {
                runtime.quantize(full, file, quantization, 1);
            }
            return file;
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, name + ": " + e.getMessage(), e);
        }
    }

    private List<Question> items() {
        List<List<String>> documents = documents();
        SplittableRandom random = new SplittableRandom(seed);
        List<Question> made = new ArrayList<>();
        for (int i = 0; i < items; i++) {
            StringBuilder prompt = new StringBuilder();
            for (int shot = 0; shot < SHOTS; shot++) {
                prompt.append(String.join(" ", any(documents, random))).append("\n\n");
            }
            List<String> document = any(documents, random);
            int cut = 1 + random.nextInt(document.size() - 1);
            prompt.append(String.join(" ", document.subList(0, cut)));
            List<String> choices = new ArrayList<>();
            choices.add(" " + document.get(cut));
            String person = document.getFirst().split(" ", 2)[0];
            while (choices.size() < CHOICES) {
                String other = any(any(documents, random), random);
                String choice = " " + person + " " + other.split(" ", 2)[1];
                if (!choices.contains(choice)) {
                    choices.add(choice);
                }
            }
            made.add(new Question(new Prompt.Text(prompt.toString()), choices));
        }
        return made;
    }

    private static <T> T any(List<T> of, SplittableRandom random) {
        return of.get(random.nextInt(of.size()));
    }

    /** The sentences of each document of the quickstart's corpus. */
    private static List<List<String>> documents() {
        Path folder = Performance.root().resolve("examples/quickstart/corpus");
        try (Stream<Path> files = Files.list(folder)) {
            List<List<String>> documents = new ArrayList<>();
            for (Path file : files.sorted(Comparator.comparing(Path::toString)).toList()) {
                List<String> lines = Files.readString(file).lines().toList();
                documents.add(List.of(lines.getLast().split("(?<=\\.) ")));
            }
            return documents.stream().filter(document -> document.size() > 1).toList();
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, folder + ": " + e.getMessage(), e);
        }
    }

    private static List<Double> differences(List<List<LogLikelihood>> left, List<List<LogLikelihood>> right) {
        List<Double> differences = new ArrayList<>();
        for (int i = 0; i < left.size(); i++) {
            for (int c = 0; c < CHOICES; c++) {
                List<Double> one = left.get(i).get(c).tokens();
                List<Double> other = right.get(i).get(c).tokens();
                for (int t = 0; t < one.size(); t++) {
                    differences.add(Math.abs(one.get(t) - other.get(t)));
                }
            }
        }
        return differences;
    }

    private static int likeliest(List<LogLikelihood> choices) {
        return IntStream.range(0, choices.size())
                .boxed()
                .max(Comparator.comparingDouble(c -> choices.get(c).sum()))
                .orElseThrow();
    }
}
