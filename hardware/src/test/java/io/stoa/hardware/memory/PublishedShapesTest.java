package io.stoa.hardware.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.engine.llama.LlamaRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Published models as shapes, against llama.cpp's dry run. */
class PublishedShapesTest {
    private static final long TOLERANCE = 32L << 20;

    private final MemoryPredictor predictor = new MemoryPredictor();

    @Test
    void thereAreEnoughOfThem() {
        List<PublishedShape> shapes = PublishedShape.all();
        Set<String> architectures =
                shapes.stream().map(shape -> shape.header().architecture()).collect(Collectors.toSet());

        assertThat(shapes).hasSizeGreaterThanOrEqualTo(60);
        assertThat(architectures).hasSizeGreaterThanOrEqualTo(40);
    }

    /** Weights, caches and states to the byte; compute to the byte where it is called exact, else within 5 % or 32 MiB. */
    @Test
    void predictionsAgreeWithWhatLlamaCppReported() {
        Map<String, PublishedShape> shapes = new HashMap<>();
        PublishedShape.all().forEach(shape -> shapes.put(shape.name(), shape));
        List<ShapeMeasurement> measured = ShapeMeasurement.all();

        assertThat(measured)
                .hasSizeGreaterThanOrEqualTo(450)
                .allSatisfy(report -> agrees(Objects.requireNonNull(shapes.get(report.shape())), report));
        Set<String> pairs = new HashSet<>();
        measured.forEach(report -> pairs.add(report.shape()));
        assertThat(pairs).containsExactlyInAnyOrderElementsOf(shapes.keySet());
    }

    /** The same with the llama.cpp that is there, asked now: files without data, up to 1.2 TiB long. */
    @Test
    void predictionsAgreeWithADryRunNow() throws IOException {
        Path natives = Path.of(System.getProperty("stoa.natives", "../engine/target/natives"));
        assumeTrue(
                Files.isDirectory(natives),
                () -> natives + " has no llama.cpp: build the engine module first, or set -Dstoa.natives");
        LlamaRuntime llama = LlamaRuntime.load(natives, (level, text) -> {});
        int shape = 0;
        List<String> settings = List.of("small batches", "four in one cache", "Q8_0", "no flash attention");
        for (PublishedShape each : PublishedShape.all()) {
            // All shapes, with one setting each in turn; heads of 80 have no whole blocks of Q8_0.
            String how = each.name().equals("Phi-2") ? "small batches" : settings.get(shape++ % settings.size());
            agrees(each, ShapeMeasurement.of(llama, each, how));
        }
    }

    private void agrees(PublishedShape shape, ShapeMeasurement report) {
        MemoryPrediction prediction = predictor.predict(
                shape.header(), Objects.requireNonNull(ShapeMeasurement.SETTINGS.get(report.settings())));
        MemoryParts parts = ShapeMeasurement.parts(prediction);
        assertThat(parts.weights().plus(parts.repacked()).count())
                .as("weights of %s", report)
                .isEqualTo(report.weights());
        assertThat(parts.keysAndValues().count()).as("caches of %s", report).isEqualTo(report.context());
        long error = Math.abs(parts.compute().count() - report.compute());
        if (prediction instanceof MemoryPrediction.Known) {
            assertThat(error).as("compute of %s", report).isZero();
        } else {
            assertThat(error)
                    .as(
                            "compute of %s, estimated as %s",
                            report, parts.compute().count())
                    .isLessThanOrEqualTo(Math.max(TOLERANCE, report.compute() / 20));
        }
    }
}
