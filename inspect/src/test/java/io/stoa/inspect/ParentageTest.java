package io.stoa.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.inspect.numeric.GgufWeights;
import io.stoa.inspect.numeric.Weights;
import io.stoa.inspect.parentage.Parentage;
import io.stoa.inspect.parentage.Parentage.Relation;
import io.stoa.inspect.parentage.WeightComparison;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Parentage on the shipped family: every quantization, fine-tunes by small edits, and models of the same shape. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ParentageTest {
    private static final List<String> MODELS = List.of("nano", "micro", "mini");

    /** Without those that need an importance matrix. */
    private static final List<String> TYPES = List.of(
            "F16", "BF16", "Q8_0", "Q6_K", "Q5_1", "Q5_K_M", "Q5_K_S", "Q5_0", "Q4_1", "Q4_K_M", "Q4_K_S", "Q4_0",
            "IQ4_NL", "IQ4_XS", "Q3_K_L", "Q3_K_M", "Q3_K_S", "Q2_K");

    @TempDir
    private Path folder;

    private LlamaRuntime llama;

    @BeforeAll
    void load() {
        llama = LlamaRuntime.load(Path.of(System.getProperty("stoa.natives")), (level, line) -> {});
    }

    @Test
    void eachQuantizationOfEachModelAgainstEachBase() throws IOException {
        List<String> wrong = new ArrayList<>();
        int answers = 0;
        for (String model : MODELS) {
            for (String type : TYPES) {
                Optional<Path> file = quantized(GgufForge.MODELS.resolve(model + ".gguf"), model, type);
                for (String base : file.isPresent() ? MODELS : List.<String>of()) {
                    Parentage answer = compared(file.orElseThrow(), GgufForge.MODELS.resolve(base + ".gguf"));
                    answers++;
                    boolean right = model.equals(base)
                            ? answer.relation() == (type.equals("F16") ? Relation.IDENTICAL : Relation.QUANTIZED)
                            : answer.relation() == Relation.NOT_DERIVED;
                    if (!right) {
                        wrong.add(model + " " + type + " of " + base + ": " + answer.sentence());
                    }
                }
            }
        }
        System.out.println(answers + " answers about quantizations, wrong: " + wrong);
        assertThat(answers).isGreaterThanOrEqualTo(100);
        assertThat(wrong).isEmpty();
    }

    /** Weights changed by a few per cent, all of them or a share, and then quantized. */
    @Test
    void fineTunes() throws IOException {
        long seed = 20261126;
        SplittableRandom random = new SplittableRandom(seed);
        List<String> wrong = new ArrayList<>();
        int answers = 0;
        for (String model : MODELS) {
            for (double size : new double[] {0.001, 0.01, 0.05, 0.2}) {
                for (double share : new double[] {1, 0.05}) {
                    Path tuned = edited(
                            model,
                            "tuned" + answers,
                            value -> random.nextDouble() < share ? value * (1 + size * random.nextGaussian()) : value);
                    for (String type : List.of("F16", "Q8_0", "Q4_0")) {
                        Path file = type.equals("F16")
                                ? tuned
                                : quantized(tuned, "tuned" + answers, type).orElseThrow();
                        for (String base : MODELS) {
                            Parentage answer = compared(file, GgufForge.MODELS.resolve(base + ".gguf"));
                            answers++;
                            boolean derived = answer.relation().derived();
                            if (model.equals(base) ? !derived : derived) {
                                wrong.add(model + " " + size + " " + share + " " + type + " of " + base + ": "
                                        + answer.sentence());
                            }
                            if (model.equals(base) && type.equals("F16") && answer.relation() != Relation.FINE_TUNED) {
                                wrong.add(model + " " + size + " " + share + ": " + answer.sentence());
                            }
                        }
                    }
                }
            }
        }
        System.out.println(answers + " answers about fine-tunes, seed " + seed + ", wrong: " + wrong);
        assertThat(wrong).isEmpty();
    }

    /** The same shapes and the same spread of weights, and other weights. */
    @Test
    void modelsOfTheSameShape() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        for (String model : MODELS) {
            Path base = GgufForge.MODELS.resolve(model + ".gguf");
            Path other = edited(model, "other-" + model, value -> 0.05 * random.nextGaussian());
            assertThat(compared(other, base).relation()).isEqualTo(Relation.NOT_DERIVED);
            Path quantized = quantized(other, "other-" + model, "Q4_0").orElseThrow();
            assertThat(compared(quantized, base).relation()).isEqualTo(Relation.NOT_DERIVED);
            assertThat(compared(quantized, other).relation()).isEqualTo(Relation.QUANTIZED);
            Path half = edited(model, "half-" + model, value -> 0.3 * value + 0.05 * random.nextGaussian());
            assertThat(compared(half, base).relation()).isIn(Relation.UNKNOWN, Relation.FINE_TUNED);
        }
    }

    @Test
    void theInspectorSaysIt() throws IOException {
        Path file =
                quantized(GgufForge.MODELS.resolve("nano.gguf"), "said", "Q8_0").orElseThrow();
        Inspection right = Inspector.inspect(file, Optional.of(GgufForge.MODELS.resolve("nano.gguf")), Progress.NONE);
        assertThat(right.parentage().orElseThrow().relation()).isEqualTo(Relation.QUANTIZED);
        Inspection wrong = Inspector.inspect(file, Optional.of(GgufForge.MODELS.resolve("mini.gguf")), Progress.NONE);
        assertThat(wrong.parentage().orElseThrow().relation()).isEqualTo(Relation.NOT_DERIVED);
        assertThat(wrong.of(io.stoa.inspect.observation.Check.PARENTAGE))
                .contains(io.stoa.inspect.observation.Outcome.FAIL);
    }

    private static Parentage compared(Path file, Path base) throws IOException {
        try (Weights own = GgufWeights.open(file, GgufReader.read(file));
                Weights other = GgufWeights.open(base, GgufReader.read(base))) {
            return WeightComparison.compare(own, other, Progress.NONE);
        }
    }

    /** Absent where the model's rows are no whole blocks of the type. */
    private Optional<Path> quantized(Path from, String name, String type) throws IOException {
        Path to = folder.resolve(name + "-" + type + ".gguf");
        try {
            llama.quantize(from, to, type, 2);
            return Optional.of(to);
        } catch (StoaException e) {
            assertThat(e.sentence()).contains("cannot become");
            return Optional.empty();
        }
    }

    /** A model with every weight of its matrices changed. */
    private Path edited(String model, String name, DoubleUnaryOperator change) throws IOException {
        GgufForge forge = GgufForge.of(Files.readAllBytes(GgufForge.MODELS.resolve(model + ".gguf")));
        forge.tensors.replaceAll(tensor -> {
            if (tensor.type() != 1) {
                return tensor;
            }
            ByteBuffer data = ByteBuffer.wrap(tensor.data().clone()).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < data.limit(); at += 2) {
                float value = Float.float16ToFloat(data.getShort(at));
                data.putShort(at, Float.floatToFloat16((float) change.applyAsDouble(value)));
            }
            return tensor.holding(data.array());
        });
        return Files.write(folder.resolve(name + ".gguf"), forge.bytes());
    }
}
