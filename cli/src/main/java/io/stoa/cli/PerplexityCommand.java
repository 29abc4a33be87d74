package io.stoa.cli;

import io.stoa.engine.gguf.Preflight;
import io.stoa.engine.llama.Divergence;
import io.stoa.engine.llama.Divergence.Estimate;
import io.stoa.engine.llama.Divergence.Spread;
import io.stoa.engine.llama.Perplexity;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "perplexity",
        description = {
            "Print a model's perplexity on a text; with --base, how far it is from another, such as the model that it was"
                    + " quantized from (KL divergence).",
            "Windows, statistics and errors are llama-perplexity's; the base is read side by side, nothing is stored."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa perplexity model.gguf --text wiki.test.raw",
            "  stoa quantize model.gguf Q4_0 small.gguf",
            "  stoa perplexity small.gguf --base model.gguf --text wiki.test.raw --context 512 --json"
        })
final class PerplexityCommand implements Runnable {
    private final House house;

    @Parameters(index = "0", paramLabel = "FILE", description = "The GGUF file.")
    private Path file = Path.of("");

    @Option(names = "--text", required = true, paramLabel = "TEXT", description = "A UTF-8 text.")
    private Path text = Path.of("");

    @Option(names = "--base", paramLabel = "FILE", description = "The GGUF file to compare with.")
    private Optional<Path> base = Optional.empty();

    @Option(names = "--context", defaultValue = "512", description = "Tokens of a window. Default: ${DEFAULT-VALUE}")
    private int context = 512;

    @Option(
            names = "--rounded",
            description =
                    "With --base: round the base's log-probabilities to 16 bits as llama-perplexity's file does, to"
                            + " reach its figures to the last digit.")
    private boolean rounded;

    @Option(names = "--json", description = "Print everything as JSON.")
    private boolean json;

    PerplexityCommand(House house) {
        this.house = house;
    }

    record Told(double perplexity, double perplexityError, int windows, long tokens, double meanNegativeLogLikelihood) {
        static Told of(Perplexity value) {
            return new Told(
                    value.perplexity(),
                    value.perplexityError(),
                    value.windows(),
                    value.tokens(),
                    value.meanNegativeLogLikelihood());
        }
    }

    @Override
    public void run() {
        String read = WholeText.of(text);
        long trained = Preflight.examine(file).hyperParameter("context_length").orElse(context);
        if (context > trained) {
            throw StoaException.user(
                    "--context " + context + ": the model was trained on " + trained + " tokens; choose no more");
        }
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        Progress progress = line.start("reading " + text.getFileName());
        if (base.isEmpty()) {
            Perplexity value = house.llama().perplexity(file, read, context, House.threads(), progress);
            line.clear();
            if (json) {
                house.out().println(JsonMapper.shared().writeValueAsString(Told.of(value)));
            } else {
                tell("perplexity", value);
            }
        } else {
            Divergence value = rounded
                    ? house.llama().divergenceAsStored(base.get(), file, read, context, House.threads(), progress)
                    : house.llama().divergence(base.get(), file, read, context, House.threads(), progress);
            line.clear();
            if (json) {
                house.out().println(JsonMapper.shared().writeValueAsString(value));
            } else {
                tell(value);
            }
        }
    }

    private void tell(String title, Perplexity value) {
        line(
                "%-22s %.4f ± %.4f  (%d tokens in %d windows)",
                title, value.perplexity(), value.perplexityError(), value.tokens(), value.windows());
    }

    private void tell(Divergence value) {
        tell("perplexity", value.model());
        tell("of the base", value.base());
        tell("ln of their ratio", value.logRatio(), 1, "");
        line("%-22s %.2f %%", "correlation", 100 * value.correlation());
        tell("KL divergence", value.divergence(), 1, " nats a token");
        tell("", value.divergences(), 1, "");
        tell("change of probability", value.probabilityChange(), 100, " %");
        tell("", value.probabilityChanges(), 100, " %");
        tell("its root mean square", value.probabilityChangeRms(), 100, " %");
        tell("same likeliest token", value.sameTop(), 100, " %");
    }

    private void tell(String title, Estimate value, double scale, String unit) {
        line("%-22s %.6f ± %.6f%s", title, scale * value.value(), scale * value.standardError(), unit);
    }

    private void tell(String title, Spread value, double scale, String unit) {
        line(
                "%-22s minimum %.4f, 1 %% %.4f, 5 %% %.4f, 10 %% %.4f, median %.4f, 90 %% %.4f, 95 %% %.4f, 99 %% %.4f,"
                        + " 99.9 %% %.4f, maximum %.4f%s",
                title,
                scale * value.minimum(),
                scale * value.p1(),
                scale * value.p5(),
                scale * value.p10(),
                scale * value.median(),
                scale * value.p90(),
                scale * value.p95(),
                scale * value.p99(),
                scale * value.p999(),
                scale * value.maximum(),
                unit);
    }

    private void line(String format, Object... values) {
        house.out().printf(Locale.ROOT, format + "%n", values);
    }
}
