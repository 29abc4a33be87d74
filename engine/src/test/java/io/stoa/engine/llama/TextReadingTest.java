package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against llama-perplexity 0.5.0 on the same text and files ({@code -c 512}, {@code --kl-divergence}). */
final class TextReadingTest {
    private final LlamaRuntime runtime = Natives.runtime();

    /** The quickstart's documents, without their titles, a line each. */
    private static String text() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(Path.of("../examples/quickstart/corpus"))) {
            for (Path file : files.sorted().toList()) {
                List<String> lines = Files.readAllLines(file);
                text.append(lines.getLast()).append('\n');
            }
        }
        return text.toString();
    }

    @Test
    void perplexityIsLlamaPerplexitys() throws IOException {
        Perplexity perplexity = runtime.perplexity(Natives.model("micro"), text(), 512, 1, Progress.NONE);
        assertThat(perplexity.windows()).isEqualTo(15);
        assertThat(perplexity.tokens()).isEqualTo(15 * 255);
        // It reads four windows in a batch; shapes may move the last digits.
        assertThat(perplexity.perplexity()).isCloseTo(5.4051, within(0.001));
        assertThat(perplexity.perplexityError()).isCloseTo(0.29717, within(0.001));
    }

    @Test
    void divergenceIsLlamaPerplexitys(@TempDir Path folder) throws IOException {
        Path quantized = folder.resolve("micro-Q4_0.gguf");
        runtime.quantize(Natives.model("micro"), quantized, "Q4_0", 1);
        Divergence divergence = runtime.divergence(Natives.model("micro"), quantized, text(), 512, 1, Progress.NONE);
        assertThat(divergence.model().perplexity()).isCloseTo(5.413836, within(0.005));
        assertThat(divergence.divergence().value()).isCloseTo(0.006399, within(0.0002));
        assertThat(divergence.divergence().standardError()).isCloseTo(0.000522, within(0.00005));
        assertThat(divergence.divergences().median()).isCloseTo(0.001515, within(0.0002));
        assertThat(divergence.divergences().p99()).isCloseTo(0.075940, within(0.005));
        assertThat(divergence.divergences().maximum()).isCloseTo(1.500552, within(0.05));
        assertThat(divergence.probabilityChange().value()).isCloseTo(-0.00329, within(0.0002));
        assertThat(divergence.probabilityChangeRms().value()).isCloseTo(0.02814, within(0.0005));
        assertThat(divergence.probabilityChangeRms().standardError()).isCloseTo(0.00152, within(0.0001));
        assertThat(divergence.sameTop().value()).isCloseTo(0.89778, within(0.005));
        assertThat(divergence.sameTop().standardError()).isCloseTo(0.00490, within(0.0002));
        // llama-perplexity keeps the base's log-probabilities in 16 bits, which moves its PPL(base); ours is the plain
        // one.
        assertThat(divergence.base().perplexity()).isCloseTo(5.4051, within(0.001));
    }

    /** Its file keeps the base in 16 bits, cut 16 nats below the maximum: that moves PPL(base) by a tenth. */
    @Test
    void roundedAsLlamaPerplexityStoresItTheBaseIsItsToo(@TempDir Path folder) throws IOException {
        Path quantized = folder.resolve("micro-Q4_0.gguf");
        runtime.quantize(Natives.model("micro"), quantized, "Q4_0", 1);
        Divergence divergence =
                runtime.divergenceAsStored(Natives.model("micro"), quantized, text(), 512, 1, Progress.NONE);
        assertThat(divergence.base().perplexity()).isCloseTo(4.901169, within(0.001));
        assertThat(divergence.base().perplexityError()).isCloseTo(0.228281, within(0.0005));
        assertThat(divergence.correlation()).isCloseTo(0.9893, within(0.0005));
        assertThat(divergence.logRatio().value()).isCloseTo(0.099549, within(0.0005));
        assertThat(divergence.logRatio().standardError()).isCloseTo(0.011097, within(0.0002));
        assertThat(divergence.divergence().value()).isCloseTo(0.006398, within(0.0001));
        // Below zero only by the rounding of the base, at most half a step of 16 nats in 65535; where in there (-8e-6
        // and -4.5e-5 were seen) depends on the processor's kernels.
        assertThat(divergence.divergences().minimum()).isBetween(-16.0 / 65535 / 2, -1e-9);
        assertThat(divergence.sameTop().value()).isCloseTo(0.89804, within(0.003));
    }

    @Test
    void windowsInAnyOrderAddUpToTheWholeText(@TempDir Path folder) throws IOException {
        Path quantized = folder.resolve("nano-Q4_0.gguf");
        runtime.quantize(Natives.model("nano"), quantized, "Q4_0", 1);
        Divergence whole = runtime.divergence(Natives.model("nano"), quantized, text(), 128, 1, Progress.NONE);
        for (Bytes room : List.of(Bytes.ZERO, Bytes.mebibytes(4), Bytes.mebibytes(64))) {
            try (BaseReading base = runtime.baseReading(Natives.model("nano"), text(), 128, 1, room)) {
                List<Integer> order = new ArrayList<>(
                        IntStream.range(0, base.windows()).boxed().toList());
                Collections.shuffle(order, new Random(7));
                for (int round = 0; round < 2; round++) {
                    DivergenceTally tally = new DivergenceTally();
                    try (BaseReading.Comparison comparison = base.compare(quantized)) {
                        order.forEach(window -> tally.add(comparison.read(window)));
                    }
                    assertThat(tally.windows()).isEqualTo(base.windows());
                    assertThat(tally.meanDivergence())
                            .as("with %s of room, round %d", room, round)
                            .isCloseTo(whole.divergence().value(), within(1e-12));
                    Divergence divergence = tally.divergence();
                    assertThat(divergence.divergences()).isEqualTo(whole.divergences());
                    assertThat(divergence.sameTop()).isEqualTo(whole.sameTop());
                    assertThat(divergence.logRatio().standardError())
                            .isCloseTo(whole.logRatio().standardError(), within(1e-9));
                }
            }
        }
    }

    @Test
    void aBaseRefusesWhatItCannotCompare() throws IOException {
        try (BaseReading base = runtime.baseReading(Natives.model("nano"), text(), 128, 1, Bytes.ZERO);
                BaseReading.Comparison comparison = base.compare(Natives.model("micro"))) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> comparison.read(base.windows()))
                    .withMessageContaining("no such window");
        }
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.baseReading(Natives.model("nano"), text(), 4096, 1, Bytes.ZERO))
                .withMessageContaining("was trained on 512");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.baseReading(Natives.model("nano"), text(), 128, 1, Bytes.gibibytes(1 << 20)))
                .withMessageContaining("are free")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.RESOURCES));
    }

    @Test
    void aModelIsNoDistanceFromItself() throws IOException {
        Divergence divergence =
                runtime.divergence(Natives.model("nano"), Natives.model("nano"), text(), 256, 1, Progress.NONE);
        assertThat(divergence.divergence().value()).isZero();
        assertThat(divergence.logRatio().value()).isZero();
        assertThat(divergence.sameTop().value()).isEqualTo(1);
    }

    @Test
    void refusesTextsThatAreTooShortAndModelsThatReadOtherwise() {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.perplexity(Natives.model("nano"), "Too short.", 512, 1, Progress.NONE))
                .withMessageContaining("one window has 512");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.perplexity(Natives.model("nano"), "x", 4, 1, Progress.NONE))
                .withMessageContaining("too small");
    }
}
