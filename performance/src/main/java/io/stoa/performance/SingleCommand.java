package io.stoa.performance;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.llama.LlamaRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "single",
        description = {
            "One answer at a time: Engine.generate against llama-bench on the same native code, in turn.",
            "Java's share is the median time between two llama_decode (the engine's Decode events of JDK Flight"
                    + " Recorder), so it contains reading the logits and choosing the token, which llama-bench does not"
                    + " do."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SingleCommand implements Runnable {
    @Mixin
    private final Bench bench = new Bench();

    @Option(names = "--reference", required = true, paramLabel = "DIR", description = "Where llama-bench is.")
    private Path reference = Path.of("");

    @Option(names = "--tokens", defaultValue = "128", description = "Tokens an answer. Default: ${DEFAULT-VALUE}")
    private int tokens = 128;

    @Option(names = "--rounds", defaultValue = "7", description = "Times in turn. Default: ${DEFAULT-VALUE}")
    private int rounds = 7;

    /** How an answer's tokens went, the first one apart: it pays for the prompt. */
    private record Pace(double tokensPerSecond, double javaMicros) {}

    @Override
    public void run() {
        LlamaRuntime runtime = Bench.runtime();
        Path model = bench.model(runtime);
        Bench.tellLoad();
        warmUp(runtime);
        Map<String, EngineOptions> ways = new LinkedHashMap<>();
        ways.put("measuring (each call alone)", new EngineOptions(2 * tokens, bench.threads()));
        ways.put("serving (continuous batching, 8 slots)", EngineOptions.serving(2 * tokens, bench.threads(), 8));
        bench.tell("%s, %d threads, %d tokens an answer", model.getFileName(), bench.threads(), tokens);
        Map<String, Object> figures = new LinkedHashMap<>();
        ways.forEach((way, options) -> {
            List<Double> ours = new ArrayList<>();
            List<Double> theirs = new ArrayList<>();
            List<Double> ratios = new ArrayList<>();
            List<Double> java = new ArrayList<>();
            try (Engine engine = runtime.open(model, options)) {
                ourPace(engine);
                for (int round = 0; round < rounds; round++) {
                    Pace pace = ourPace(engine);
                    double their = theirPace(model);
                    ours.add(pace.tokensPerSecond);
                    theirs.add(their);
                    ratios.add(pace.tokensPerSecond / their);
                    java.add(pace.javaMicros);
                }
            }
            bench.tell(
                    "%-40s stoa %8.2f tokens/s   llama-bench %8.2f tokens/s   ratio %.3f   Java %.1f us a token",
                    way, Bench.median(ours), Bench.median(theirs), Bench.median(ratios), Bench.median(java));
            figures.put(
                    way,
                    Map.of(
                            "stoaTokensPerSecond",
                            ours,
                            "llamaBenchTokensPerSecond",
                            theirs,
                            "ratio",
                            Bench.median(ratios),
                            "javaMicrosPerToken",
                            Bench.median(java)));
        });
        bench.figures(figures);
    }

    /** A server's Java has been compiled by its ten thousandth token; a model that takes no time brings it there. */
    private static void warmUp(LlamaRuntime runtime) {
        Path nano = Performance.root().resolve("examples/quickstart/models/nano.gguf");
        for (EngineOptions options : List.of(new EngineOptions(512, 1), EngineOptions.serving(512, 1, 1))) {
            try (Engine engine = runtime.open(nano, options)) {
                for (int i = 0; i < 20; i++) {
                    engine.generate(new Prompt.Text("The wind is"), new GenerateOptions(500, 1, 0, 1, 0, i, List.of()));
                    engine.generate(new Prompt.Text("The wind is"), GenerateOptions.greedy(500));
                }
            }
        }
    }

    private Pace ourPace(Engine engine) {
        List<RecordedEvent> decodes = Collections.synchronizedList(new ArrayList<>());
        try (RecordingStream events = new RecordingStream()) {
            events.setReuse(false);
            events.enable("io.stoa.engine.Decode").withoutThreshold();
            events.onEvent("io.stoa.engine.Decode", decodes::add);
            events.startAsync();
            GenerateOptions options = GenerateOptions.greedy(tokens);
            Generation generation = engine.generate(new Prompt.Text("The wind is"), options);
            events.stop();
            Duration answering =
                    generation.total().minus(generation.timeToFirstToken().orElse(Duration.ZERO));
            List<Double> between = new ArrayList<>();
            for (int i = 1; i < decodes.size(); i++) {
                Duration gap = Duration.between(
                        decodes.get(i - 1).getEndTime(), decodes.get(i).getStartTime());
                between.add(gap.toNanos() / 1e3);
            }
            return new Pace((generation.answerTokens() - 1) * 1e9 / answering.toNanos(), Bench.median(between));
        }
    }

    private double theirPace(Path model) {
        Reference.Outcome outcome = new Reference(reference)
                .run(
                        "llama-bench",
                        List.of(
                                "-m",
                                model.toString(),
                                "-t",
                                Integer.toString(bench.threads()),
                                "-p",
                                "0",
                                "-n",
                                Integer.toString(tokens),
                                "-r",
                                "1",
                                "-o",
                                "json"));
        String output = outcome.output();
        JsonNode results =
                JsonMapper.shared().readTree(output.substring(output.indexOf("[\n"), output.lastIndexOf(']') + 1));
        return results.get(0).get("avg_ts").asDouble();
    }
}
