package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.llama.DryRun;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.engine.llama.MemoryReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks llama.cpp for the sizes of a shape. */
final class ShapeMeasurement {
    private ShapeMeasurement() {}

    static MemoryReport of(LlamaRuntime llama, PublishedShape shape, MemorySettings settings) throws IOException {
        Path folder = Files.createTempDirectory("shape");
        Path file = folder.resolve(shape.name() + ".gguf");
        try {
            shape.write(file);
            return llama.measureMemory(file, dryRun(settings));
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }

    static DryRun dryRun(MemorySettings settings) {
        return new DryRun(
                settings.contextTokens(),
                settings.batch(),
                settings.microBatch(),
                settings.sequences(),
                settings.unified(),
                settings.fullWindow(),
                settings.keyType(),
                settings.valueType(),
                settings.flashAttention(),
                settings.repacking() != Repacking.NONE);
    }

    public static void main(String[] arguments) throws IOException {
        LlamaRuntime llama = LlamaRuntime.load(Path.of(System.getProperty("stoa.natives")), (level, text) -> {});
        for (PublishedShape shape : PublishedShape.all()) {
            if (arguments.length > 0 && !shape.name().matches(arguments[0])) {
                continue;
            }
            System.out.print(shape.name() + " ");
            System.out.flush();
            try {
                MemorySettings settings = new MemorySettings(
                        4096, 1, 2048, 512, 1, GgmlType.F16, GgmlType.F16, true, false, true, false, Repacking.AVX512);
                MemoryReport report = of(llama, shape, settings);
                MemoryPrediction p = new MemoryPredictor().predict(shape.header(), settings);
                MemoryParts parts = switch (p) {
                    case MemoryPrediction.Known known -> known.parts();
                    case MemoryPrediction.Estimated e -> e.parts();
                    case MemoryPrediction.Unknown u -> throw new IllegalStateException(u.reason());
                };
                long w = parts.weights().count() + parts.repacked().count() - report.model().count();
                long c = parts.keysAndValues().count() - report.context().count();
                long d = parts.compute().count() - report.compute().count();
                System.out.println((p instanceof MemoryPrediction.Known ? "exact" : "est") + (w == 0 ? "" : " WEIGHTS " + w)
                        + (c == 0 ? "" : " KV " + c + " of " + report.context()) + " compute " + report.compute() + " err " + d + " = "
                        + 100.0 * d / report.compute().count());
            } catch (RuntimeException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
