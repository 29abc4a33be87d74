package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Prompt;
import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(strings = {"nano", "mini"})
    void knowsTheSizeOfAFileBeforeItIsMade(String model) throws IOException {
        Path to = folder.resolve("made.gguf");
        int made = 0;
        for (String type : runtime.supportedQuantizations()) {
            try {
                runtime.quantize(Natives.model(model), to, type, 1);
            } catch (StoaException e) {
                assertThat(e).hasMessageContaining("a block of");
                continue;
            }
            made++;
            PlannedQuantization plan = runtime.plan(Natives.model(model), QuantizationRecipe.of(type));
            assertThat(plan.file().count()).as(type).isEqualTo(Files.size(to));
            assertThat(plan.tensorBytes()).isEqualTo(GgufReader.read(to).tensorBytes());
            GgufReader.read(to)
                    .tensors()
                    .forEach(tensor -> assertThat(plan.types()).containsEntry(tensor.name(), tensor.type()));
        }
        assertThat(made).isGreaterThan(5);
    }

    @Test
    void givesSingleTensorsTheirTypes() {
        Path to = folder.resolve("mixed.gguf");
        Map<String, GgmlType> types = Map.of(
                "blk.0.attn_q.weight", GgmlType.F16,
                "blk.1.ffn_down.weight", GgmlType.Q2_K,
                "token_embd.weight", GgmlType.Q6_K);
        QuantizationRecipe recipe = new QuantizationRecipe("Q8_0", Optional.empty(), types);
        runtime.quantize(Natives.model("mini"), to, recipe, 1);
        assertThat(runtime.plan(Natives.model("mini"), recipe).file().count())
                .isEqualTo(to.toFile().length());
        GgufReader.read(to).tensors().forEach(tensor -> {
            boolean vector = tensor.shape().size() == 1;
            assertThat(tensor.type())
                    .as(tensor.name())
                    .isEqualTo(types.getOrDefault(tensor.name(), vector ? GgmlType.F32 : GgmlType.Q8_0));
        });
        QuantizationRecipe misfit =
                new QuantizationRecipe("Q8_0", Optional.empty(), Map.of("blk.0.attn_q.weight", GgmlType.Q2_K));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.quantize(Natives.model("nano"), folder.resolve("x.gguf"), misfit, 1))
                .withMessageContainingAll("blk.0.attn_q.weight", "64", "256");
    }

    @Test
    void makesTheSmallestTypesOnlyFromAnImportanceMatrix() {
        Path to = folder.resolve("small.gguf");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.quantize(Natives.model("mini"), to, "IQ2_XS", 1))
                .withMessageContainingAll("IQ2_XS", "importance matrix", "--imatrix");
        assertThat(to).doesNotExist();
        ImportanceMatrix matrix = runtime.importanceMatrix(
                Natives.model("mini"),
                "words",
                "Babel lives in Riros and owns a drum. ".repeat(40),
                64,
                1,
                Progress.NONE);
        for (String type : List.of("Q4_K_M", "IQ3_S", "IQ2_XXS", "IQ1_M")) {
            QuantizationRecipe recipe = new QuantizationRecipe(type, Optional.of(matrix), Map.of());
            runtime.quantize(Natives.model("mini"), to, recipe, 1);
            assertThat(LlamaRuntime.quantizationOf(GgufReader.read(to))).contains(type);
            assertThat(runtime.plan(Natives.model("mini"), recipe).file().count())
                    .as(type)
                    .isEqualTo(to.toFile().length());
        }
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.quantize(
                        Natives.model("mini"),
                        to,
                        new QuantizationRecipe("IQ1_S", Optional.of(halved(matrix)), Map.of()),
                        1))
                .withMessageContaining("imatrix size");
    }

    /** A matrix for a model of half the width. */
    private static ImportanceMatrix halved(ImportanceMatrix matrix) {
        SortedMap<String, ImportanceMatrix.Entry> entries = new TreeMap<>();
        matrix.entries()
                .forEach((name, entry) -> entries.put(
                        name,
                        new ImportanceMatrix.Entry(
                                Arrays.copyOf(entry.sums(), entry.sums().length / 2), entry.counts())));
        return new ImportanceMatrix(entries, List.of(), 1, 64);
    }
}
