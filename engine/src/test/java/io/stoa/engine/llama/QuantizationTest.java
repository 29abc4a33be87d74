package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Prompt;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class QuantizationTest {
    private final LlamaRuntime runtime = Natives.runtime();

    @TempDir
    private Path folder;

    /** The sizes that llama-quantize gave when the models were made. */
    @ParameterizedTest
    @CsvSource({
        "nano, Q8_0, 258368",
        "nano, Q4_0, 184640",
        "micro, Q8_0, 1010240",
        "micro, Q4_0, 617024",
        "mini, Q8_0, 2825280",
        "mini, Q4_0, 1582144",
        "mini, Q4_K_M, 1666624",
        "mini, Q2_K, 1122368"
    })
    void makesTheSameBytesWithAnyThreads(String model, String type, long bytes) throws IOException {
        Path once = folder.resolve("once.gguf");
        Path twice = folder.resolve("twice.gguf");
        runtime.quantize(Natives.model(model), once, type, 1);
        runtime.quantize(Natives.model(model), twice, type, 2);
        assertThat(once).hasSize(bytes).hasSameBinaryContentAs(twice);
        assertThat(LlamaRuntime.quantizationOf(Preflight.examine(once))).contains(type);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(once, twice);
        }
        try (Engine engine = runtime.open(once, new EngineOptions(256, 1))) {
            assertThat(engine.generate(Prompt.user("Where does Babel live?"), GenerateOptions.greedy(4))
                            .text())
                    .isNotEmpty();
        }
        assertThat(runtime.measureMemory(once, 256))
                .satisfies(report -> assertThat(report.total())
                        .isEqualTo(runtime.measureMemory(once, new EngineOptions(256, 1), false)
                                .total()));
    }

    @Test
    void refusesBlocksThatDoNotFit() {
        Path to = folder.resolve("nano.gguf");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.quantize(Natives.model("nano"), to, "Q4_K_M", 1))
                .withMessageContainingAll("nano.gguf", "Q4_K_M", "64", "256", "Q8_0")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER));
        assertThat(to).doesNotExist();
    }

    @Test
    void refusesWhatIsQuantizedAlready() {
        Path q8 = folder.resolve("q8.gguf");
        runtime.quantize(Natives.model("nano"), q8, "Q8_0", 1);
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.quantize(q8, folder.resolve("q4.gguf"), "Q4_0", 1))
                .withMessageContaining("quantized already");
    }

    @Test
    void refusesUnknownTypesByNamingTheKnown() {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.quantize(Natives.model("nano"), folder.resolve("x.gguf"), "Q9", 1))
                .withMessageContainingAll("Q9", "Q8_0", "Q4_K_M");
        assertThat(runtime.supportedQuantizations()).contains("F16", "Q8_0", "Q4_0", "Q4_K_M", "Q2_K");
    }

    @Test
    void refusesAFolderThatIsNotThere() {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.quantize(
                        Natives.model("nano"), folder.resolve("missing").resolve("x.gguf"), "Q8_0", 1))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.RESOURCES));
    }

    @ParameterizedTest
    @CsvSource({
        "F16", "BF16", "Q6_K", "Q5_1", "Q5_K_M", "Q5_K_S", "Q5_0", "Q4_1", "Q4_K_S", "IQ4_NL", "IQ4_XS", "Q3_K_L",
        "Q3_K_M", "Q3_K_S"
    })
    void makesEveryTypeThatItNames(String type) {
        Path to = folder.resolve("mini.gguf");
        runtime.quantize(Natives.model("mini"), to, type, 1);
        assertThat(GgufReader.read(to).parameters())
                .isEqualTo(GgufReader.read(Natives.model("mini")).parameters());
        assertThat(LlamaRuntime.quantizationOf(GgufReader.read(to))).contains(type);
    }
}
