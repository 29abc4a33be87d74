package io.stoa.performance;

import io.stoa.engine.llama.Divergence;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.engine.llama.Perplexity;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "divergence",
        description = {
            "Perplexity and KL divergence beside llama-perplexity's, on the same text, window and libraries: the"
                    + " largest difference of each printed figure. One window a batch on both sides, because other shapes"
                    + " compute otherwise; the base is rounded to 16 bits as llama-perplexity's file is."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DivergenceCommand implements Runnable {
    private static final int WINDOW = 512;

    @Mixin
    private final Bench bench = new Bench();

    @Option(names = "--reference", required = true, paramLabel = "FOLDER", description = "llama.cpp's programs.")
    private Path reference = Path.of("");

    @Option(
            names = "--models",
            split = ",",
            defaultValue = "nano,micro,mini",
            description = "Which of the shipped models. Default: ${DEFAULT-VALUE}")
    private List<String> models = List.of();

    private double worst;

    @Override
    public void run() {
        LlamaRuntime runtime = Bench.runtime();
        String text = QuickstartText.documents();
        try {
            Path folder = Files.createTempDirectory("divergence");
            Path file = Files.writeString(folder.resolve("text.txt"), text);
            for (String model : models) {
                Path base =
                        Performance.root().resolve("examples/quickstart/models").resolve(model + ".gguf");
                Path logits = folder.resolve(model + ".logits");
                String whole = run(base, List.of("-f", file.toString(), "--kl-divergence-base", logits.toString()));
                Perplexity perplexity = runtime.perplexity(base, text, WINDOW, 1, Progress.NONE);
                compare(model + " PPL", perplexity.perplexity(), number(whole, "PPL = ([0-9.]+)"), 4);
                for (String type : List.of("Q8_0", "Q4_0")) {
                    Path quantized = folder.resolve(model + "-" + type + ".gguf");
                    runtime.quantize(base, quantized, type, 1);
                    String out = run(quantized, List.of("--kl-divergence-base", logits.toString(), "--kl-divergence"));
                    compare(
                            model + " " + type,
                            runtime.divergenceAsStored(base, quantized, text, WINDOW, 1, Progress.NONE),
                            out);
                    Files.delete(quantized);
                }
                Files.delete(logits);
            }
            Files.delete(file);
            Files.delete(folder);
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, "a temporary folder: " + e.getMessage(), e);
        }
        bench.tell("largest difference beyond the printed digits: %.1e", worst);
        bench.figures(Map.of("worst", worst));
    }

    private String run(Path model, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of(
                "-m", model.toString(), "-c", Integer.toString(WINDOW), "-b", Integer.toString(WINDOW), "-t", "1"));
        all.addAll(arguments);
        return new Reference(reference).run("llama-perplexity", all).output();
    }

    private void compare(String title, Divergence ours, String theirs) {
        compare(title + " PPL", ours.model().perplexity(), number(theirs, "Mean PPL\\(Q\\)\\s*:\\s*([0-9.]+)"), 6);
        compare(
                title + " PPL(base)",
                ours.base().perplexity(),
                number(theirs, "Mean PPL\\(base\\)\\s*:\\s*([0-9.]+)"),
                6);
        compare(
                title + " ln ratio",
                ours.logRatio().value(),
                number(theirs, "Mean ln\\(PPL\\(Q\\)/PPL\\(base\\)\\)\\s*:\\s*([-0-9.]+)"),
                6);
        compare(title + " KL", ours.divergence().value(), number(theirs, "Mean\\s+KLD:\\s*([-0-9.]+)"), 6);
        compare(
                title + " KL error",
                ours.divergence().standardError(),
                number(theirs, "Mean\\s+KLD:\\s*[-0-9.]+ ±\\s*([0-9.]+)"),
                6);
        compare(title + " KL median", ours.divergences().median(), number(theirs, "Median\\s+KLD:\\s*([-0-9.]+)"), 6);
        compare(title + " KL 99 %", ours.divergences().p99(), number(theirs, "99.0%\\s+KLD:\\s*([-0-9.]+)"), 6);
        compare(title + " same top %", 100 * ours.sameTop().value(), number(theirs, "Same top p:\\s*([0-9.]+)"), 3);
    }

    private void compare(String title, double ours, double theirs, int digits) {
        double beyond = Math.max(0, Math.abs(ours - theirs) - 0.5 * Math.pow(10, -digits));
        worst = Math.max(worst, beyond);
        bench.tell(
                "%-24s %.7f  llama-perplexity %." + digits + "f  difference %.1e",
                title,
                ours,
                theirs,
                Math.abs(ours - theirs));
    }

    private static double number(String output, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(output);
        if (!matcher.find()) {
            throw StoaException.engine("llama-perplexity printed no " + pattern + ":\n" + output);
        }
        return Double.parseDouble(matcher.group(1));
    }
}
