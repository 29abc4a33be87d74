package io.stoa.hardware.memory;

import static io.stoa.engine.gguf.GgmlType.F16;
import static io.stoa.engine.gguf.GgmlType.Q4_0;
import static io.stoa.engine.gguf.GgmlType.Q8_0;

import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.engine.llama.MemoryReport;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/**
 * What llama.cpp reported for a published shape: one line of {@code measured-shapes.json}.
 *
 * @param settings one of {@link #SETTINGS}
 * @param weights the model buffers, repacked ones included
 * @param context keys, values and recurrent states
 */
record ShapeMeasurement(String shape, String settings, long weights, long context, long compute) {
    /** The settings that every shape is measured with. */
    static final Map<String, MemorySettings> SETTINGS = choices();

    /** The file: what it says about itself, and its lines. */
    record File(String about, List<ShapeMeasurement> reports) {}

    private static Map<String, MemorySettings> choices() {
        Map<String, MemorySettings> all = new LinkedHashMap<>();
        all.put(
                "plain",
                new MemorySettings(4096, 1, 2048, 512, 1, F16, F16, true, false, true, false, Repacking.AVX512));
        all.put(
                "long",
                new MemorySettings(32_768, 1, 2048, 512, 1, F16, F16, true, false, false, false, Repacking.NONE));
        all.put(
                "no flash attention",
                new MemorySettings(4096, 1, 2048, 512, 1, F16, F16, false, false, true, false, Repacking.NONE));
        all.put(
                "Q8_0",
                new MemorySettings(4096, 1, 2048, 512, 1, Q8_0, Q8_0, true, false, true, false, Repacking.NONE));
        all.put(
                "Q4_0",
                new MemorySettings(4096, 1, 2048, 512, 1, Q4_0, Q4_0, true, false, true, false, Repacking.NONE));
        all.put(
                "four sequences",
                new MemorySettings(8192, 4, 2048, 512, 4, F16, F16, true, false, false, false, Repacking.NONE));
        all.put(
                "four in one cache",
                new MemorySettings(8192, 4, 2048, 512, 4, F16, F16, true, true, true, false, Repacking.NONE));
        all.put(
                "small batches",
                new MemorySettings(4096, 1, 2048, 128, 1, F16, F16, true, false, true, false, Repacking.NONE));
        return all;
    }

    static List<ShapeMeasurement> all() {
        try (InputStream in = ShapeMeasurement.class.getResourceAsStream("measured-shapes.json")) {
            return JsonMapper.shared()
                    .readValue(Objects.requireNonNull(in), File.class)
                    .reports();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks llama.cpp, with a file that has no data. */
    static ShapeMeasurement of(LlamaRuntime llama, PublishedShape shape, String settings) throws IOException {
        Path folder = Files.createTempDirectory("shape");
        Path file = folder.resolve(shape.name() + ".gguf");
        try {
            shape.write(file);
            MemoryReport report = llama.measureMemory(
                    file,
                    Objects.requireNonNull(SETTINGS.get(settings), settings).dryRun());
            return new ShapeMeasurement(
                    shape.name(),
                    settings,
                    report.model().count(),
                    report.context().count(),
                    report.compute().count());
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }

    /**
     * Measures all shapes with all settings and prints what becomes {@code measured-shapes.json}: {@code java …
     * ShapeMeasurement NATIVES}. With {@code table} after it, the stored figures beside the predicted ones, as Markdown.
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length > 1 && arguments[1].equals("table")) {
            System.out.print(table() + "\n" + worst());
            return;
        }
        LlamaRuntime llama = LlamaRuntime.load(Path.of(arguments[0]), (level, text) -> {});
        List<String> lines = new ArrayList<>();
        for (PublishedShape shape : PublishedShape.all()) {
            for (String settings : SETTINGS.keySet()) {
                try {
                    lines.add("    " + JsonMapper.shared().writeValueAsString(of(llama, shape, settings)));
                } catch (StoaException e) {
                    System.err.println(shape + ", " + settings + ": " + e.getMessage());
                }
            }
        }
        System.out.println("{\n  \"about\": \"Sizes that llama.cpp v0.5.0 (linux-x64, a processor with AVX-512) reports"
                + " in a dry run of the shapes in published-shapes.txt, in bytes; settings are those of"
                + " ShapeMeasurement.\",\n  \"reports\": [\n" + String.join(",\n", lines) + "\n  ]\n}");
    }

    /** Each shape beside its prediction, with the settings that are the rule. */
    static String table() {
        StringBuilder table = new StringBuilder();
        table.append(
                "| shape | architecture | weights | caches | compute, predicted / reported | error | compute is |\n");
        table.append("|---|---|--:|--:|--:|--:|---|\n");
        Map<String, PublishedShape> shapes = new LinkedHashMap<>();
        PublishedShape.all().forEach(shape -> shapes.put(shape.name(), shape));
        for (ShapeMeasurement measured : all()) {
            if (!measured.settings().equals("plain")) {
                continue;
            }
            PublishedShape shape = Objects.requireNonNull(shapes.get(measured.shape()));
            MemoryPrediction prediction =
                    new MemoryPredictor().predict(shape.header(), Objects.requireNonNull(SETTINGS.get("plain")));
            long compute = parts(prediction).compute().count();
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %,d | %,d | %,d / %,d | %.2f %% | %s |%n",
                    shape.name(),
                    shape.header().architecture(),
                    measured.weights(),
                    measured.context(),
                    compute,
                    measured.compute(),
                    100.0 * (compute - measured.compute()) / measured.compute(),
                    prediction instanceof MemoryPrediction.Known ? "exact" : "an estimate"));
        }
        return table.toString();
    }

    /** For each of the settings, how far the worst estimate of a compute buffer is off. */
    private static String worst() {
        StringBuilder table = new StringBuilder();
        table.append(
                "| settings | shapes | of these exact in every byte | worst compute, bytes | worst compute | of |\n");
        table.append("|---|--:|--:|--:|--:|---|\n");
        Map<String, PublishedShape> shapes = new LinkedHashMap<>();
        PublishedShape.all().forEach(shape -> shapes.put(shape.name(), shape));
        SETTINGS.forEach((name, settings) -> {
            int count = 0;
            int exact = 0;
            long worst = 0;
            double share = 0;
            String of = "";
            for (ShapeMeasurement measured : all()) {
                if (!measured.settings().equals(name)) {
                    continue;
                }
                PublishedShape shape = Objects.requireNonNull(shapes.get(measured.shape()));
                long compute = parts(new MemoryPredictor().predict(shape.header(), settings))
                        .compute()
                        .count();
                long error = compute - measured.compute();
                count++;
                exact += error == 0 ? 1 : 0;
                if (Math.abs(error) > Math.abs(worst)) {
                    worst = error;
                    share = 100.0 * error / measured.compute();
                    of = measured.shape();
                }
            }
            table.append(String.format(
                    Locale.ROOT, "| %s | %d | %d | %,d | %.2f %% | %s |%n", name, count, exact, worst, share, of));
        });
        return table.toString();
    }

    static MemoryParts parts(MemoryPrediction prediction) {
        return switch (prediction) {
            case MemoryPrediction.Known known -> known.parts();
            case MemoryPrediction.Estimated estimated -> estimated.parts();
            case MemoryPrediction.Unknown unknown -> throw new AssertionError(unknown.reason());
        };
    }
}
