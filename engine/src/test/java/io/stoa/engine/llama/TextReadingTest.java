package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
