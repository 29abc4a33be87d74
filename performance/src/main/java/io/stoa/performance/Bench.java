package io.stoa.performance;

import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.engine.llama.LogSink;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** What the measuring commands share: the models, the clocks, the way of telling. */
final class Bench {
    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "A GGUF to measure with. Default: a synthetic one of the shape and quantization below.")
    private Optional<Path> model = Optional.empty();

    @Option(
            names = "--shape",
            description = "The synthetic model's shape: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}",
            defaultValue = "smollm2-135m")
    private SyntheticModel.Shape shape = SyntheticModel.Shape.SMOLLM2_135M;

    @Option(
            names = "--quantization",
            description = "The synthetic model's quantization. Default: ${DEFAULT-VALUE}",
            defaultValue = "Q8_0")
    private String quantization = "Q8_0";

    @Option(
            names = "--threads",
            description = "Native threads on both sides; leave a core to the callers. Default: ${DEFAULT-VALUE}",
            defaultValue = "1")
    private int threads = 1;

    @Option(names = "--json", description = "Print the figures as JSON at the end, alone on standard output.")
    private boolean json;

    int threads() {
        return threads;
    }

    /** llama.cpp as Stoa ships it. */
    static LlamaRuntime runtime() {
        Path natives = Performance.root().resolve("cli/target/stoa/natives");
        return LlamaRuntime.load(LlamaRuntime.libraryPlace(System.getenv(), natives), LogSink.systemLogger());
    }

    /** The model to measure with, made when it is not there yet. */
    Path model(LlamaRuntime runtime) {
        return model.orElseGet(() -> synthetic(runtime, shape, quantization));
    }

    static Path synthetic(LlamaRuntime runtime, SyntheticModel.Shape shape, String quantization) {
        try {
            Path folder = Files.createDirectories(Performance.root().resolve("performance/target/models"));
            Path full = folder.resolve(shape + "-F16.gguf");
            Path wanted = folder.resolve(shape + "-" + quantization + ".gguf");
            if (!Files.exists(wanted)) {
                System.err.println("making " + wanted.getFileName() + " ...");
                if (!Files.exists(full)) {
                    SyntheticModel.write(shape, 1, full);
                }
                if (!wanted.equals(full)) {
                    runtime.quantize(full, wanted, quantization, 2);
                }
            }
            return wanted;
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, "a synthetic model: " + e.getMessage(), e);
        }
    }

    /** This process's processor time so far, all threads. */
    static Duration cpu() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .orElseThrow(() -> StoaException.resources("this system does not tell the processor time"));
    }

    /** Processors that something else keeps busy, from the load of the last minute; measuring wants none. */
    static void tellLoad() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        System.err.printf(
                Locale.ROOT,
                "load before measuring: %.2f on %d processors%n",
                load,
                Runtime.getRuntime().availableProcessors());
    }

    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The value that a share of the values do not exceed (nearest rank). */
    static double percentile(List<Double> values, double share) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }

    /** A line for people; with {@code --json} it goes to standard error. */
    void tell(String format, Object... values) {
        (json ? System.err : System.out).printf(Locale.ROOT, format + "%n", values);
    }

    /** The figures for programs, when they were asked for. */
    void figures(Map<String, ?> figures) {
        if (json) {
            System.out.println(JsonMapper.shared().writeValueAsString(figures));
        }
    }
}
