package io.stoa.hardware.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Published figures that do not come from llama.cpp's dry run. */
class ResearchCasesTest {
    private static final double GIBIBYTE = 0x1p30;

    /** Bytes of F16 keys and values per token. */
    @ParameterizedTest
    @CsvSource({"Llama-3.1-8B, 131072", "Llama-3.1-70B, 327680", "DeepSeek-V3, 70272", "Qwen3-0.6B, 114688"})
    void cachePerToken(String shape, long bytes) {
        assertThat(caches(shape, 8192, true) / 8192).isEqualTo(bytes);
    }

    /** The cache at the full context, in GiB; unsloth's pull request 4757 corrected these. */
    @ParameterizedTest
    @CsvSource({
        "DeepSeek-V3, 163840, 10.72",
        "Kimi-K2, 262144, 17.16",
        "Qwen3-0.6B, 40960, 4.38",
    })
    void cacheAtFullContext(String shape, int context, double gibibytes) {
        assertThat(caches(shape, context, true) / GIBIBYTE).isCloseTo(gibibytes, within(0.005));
    }

    /** 16 layers of 64 with attention; the states of the others do not grow. */
    @Test
    void hybridModelsKeepKeysInSomeLayers() {
        long states = caches("Qwen3.5-27B", 4096, true) - 4096L * 16 * 4 * (256 + 256) * 2;

        assertThat((caches("Qwen3.5-27B", 262_144, true) - states) / GIBIBYTE).isCloseTo(16.00, within(0.005));
        assertThat(states).isEqualTo(48L * 4 * (3 * (6144 + 2 * 16 * 128) + 128 * 6144));
    }

    /** 10 global layers and 52 with a window, which llama.cpp makes a micro-batch longer. */
    @Test
    void windowsStopGrowing() {
        double microBatches = 52.0 * 512 * 16 * (128 + 128) * 2;

        assertThat((caches("Gemma-3-27B", 131_072, false) - microBatches) / GIBIBYTE)
                .isCloseTo(10.41, within(0.005));
    }

    /** The sizes of Llama-3.1-8B by quantization mix, from llama.cpp's README: parameters × bits ÷ 8. */
    @ParameterizedTest
    @CsvSource({
        "IQ1_S, 2.0042, 1.87", "IQ1_M, 2.1460, 2.01", "IQ2_XXS, 2.3824, 2.23", "IQ2_XS, 2.5882, 2.42",
        "IQ2_S, 2.7403, 2.56", "IQ2_M, 2.9294, 2.74", "IQ3_XXS, 3.2548, 3.04", "IQ3_XS, 3.4977, 3.27",
        "IQ3_S, 3.6606, 3.42", "IQ3_M, 3.7628, 3.52", "IQ4_XS, 4.4597, 4.17", "IQ4_NL, 4.6818, 4.38",
        "Q2_K_S, 2.9697, 2.78", "Q2_K, 3.1593, 2.95", "Q3_K_S, 3.6429, 3.41", "Q3_K_L, 4.2979, 4.02",
        "Q4_K_S, 4.6672, 4.36", "Q4_K_M, 4.8944, 4.58", "Q5_K_S, 5.5704, 5.21", "Q5_K_M, 5.7036, 5.33",
        "Q6_K, 6.5633, 6.14", "Q8_0, 8.5008, 7.95", "F16, 16.0005, 14.96"
    })
    void sizesOfLlama(String mix, double bits, double gibibytes) {
        long parameters = header("Llama-3.1-8B").parameters();

        assertThat(parameters).isEqualTo(8_030_261_312L);
        assertThat(parameters * bits / 8 / GIBIBYTE).as(mix).isCloseTo(gibibytes, within(0.0101));
    }

    /** The mix Q8_0 is one type for all matrices, so its size follows from the tensors. */
    @Test
    void theTensorsOfQ8AddUpToItsSize() {
        assertThat(header("Llama-3.1-8B").tensorBytes() / GIBIBYTE).isCloseTo(7.95, within(0.005));
    }

    @Test
    void bitsPerWeight() {
        Map<GgmlType, Double> bits = Map.ofEntries(
                Map.entry(GgmlType.Q1_0, 1.125),
                Map.entry(GgmlType.IQ1_S, 1.5625),
                Map.entry(GgmlType.TQ1_0, 1.6875),
                Map.entry(GgmlType.IQ1_M, 1.75),
                Map.entry(GgmlType.TQ2_0, 2.0625),
                Map.entry(GgmlType.IQ2_XXS, 2.0625),
                Map.entry(GgmlType.Q2_0, 2.25),
                Map.entry(GgmlType.IQ2_XS, 2.3125),
                Map.entry(GgmlType.IQ2_S, 2.5625),
                Map.entry(GgmlType.Q2_K, 2.625),
                Map.entry(GgmlType.IQ3_XXS, 3.0625),
                Map.entry(GgmlType.Q3_K, 3.4375),
                Map.entry(GgmlType.IQ3_S, 3.4375),
                Map.entry(GgmlType.IQ4_XS, 4.25),
                Map.entry(GgmlType.MXFP4, 4.25),
                Map.entry(GgmlType.NVFP4, 4.5),
                Map.entry(GgmlType.Q4_0, 4.5),
                Map.entry(GgmlType.IQ4_NL, 4.5),
                Map.entry(GgmlType.Q4_K, 4.5),
                Map.entry(GgmlType.Q4_1, 5.0),
                Map.entry(GgmlType.Q5_0, 5.5),
                Map.entry(GgmlType.Q5_K, 5.5),
                Map.entry(GgmlType.Q5_1, 6.0),
                Map.entry(GgmlType.Q6_K, 6.5625),
                Map.entry(GgmlType.Q8_0, 8.5));

        bits.forEach((type, expected) -> assertThat(8.0 * type.blockBytes() / type.blockElements())
                .as(type.name())
                .isEqualTo(expected));
    }

    @Test
    void layersAndTheirCachesMoveToTheDeviceFromTheEnd() {
        GgufHeader header = header("Llama-3.1-8B");
        MemorySettings settings = MemorySettings.of(8192, 1, Repacking.NONE);

        Offload none = Offload.of(header, settings, 0).orElseThrow();
        Offload output = Offload.of(header, settings, 1).orElseThrow();
        Offload half = Offload.of(header, settings, 17).orElseThrow();
        Offload all = Offload.of(header, settings, 33).orElseThrow();

        assertThat(none.deviceWeights().count()).isZero();
        assertThat(none.hostWeights().count()).isEqualTo(header.tensorBytes());
        assertThat(output.deviceCaches().count()).isZero();
        assertThat(output.deviceWeights().count()).isGreaterThan(128_256L * 4096);
        assertThat(half.deviceCaches()).isEqualTo(half.hostCaches());
        assertThat(all.hostCaches().count()).isZero();
        assertThat(all.hostWeights().count()).isEqualTo(128_256L * 4096 / 32 * 34);
        assertThat(Offload.of(header, settings, 99)).contains(all);
    }

    /** The token table that is also the output lies on both sides. */
    @Test
    void aTiedOutputIsHeldTwice() {
        GgufHeader header = header("Llama-3.2-1B");
        Offload all = Offload.of(header, MemorySettings.of(512, 1, Repacking.NONE), 17)
                .orElseThrow();

        assertThat(all.deviceWeights().plus(all.hostWeights()).count())
                .isGreaterThanOrEqualTo(header.tensorBytes() + 128_256L * 2048 * 2);
    }

    private static GgufHeader header(String shape) {
        return PublishedShape.all().stream()
                .filter(each -> each.name().equals(shape))
                .findFirst()
                .orElseThrow()
                .header();
    }

    private static long caches(String shape, int context, boolean fullWindow) {
        MemorySettings settings = new MemorySettings(
                context, 1, 2048, 512, 1, GgmlType.F16, GgmlType.F16, true, true, fullWindow, false, Repacking.NONE);
        return ShapeMeasurement.parts(new MemoryPredictor().predict(header(shape), settings))
                .keysAndValues()
                .count();
    }
}
