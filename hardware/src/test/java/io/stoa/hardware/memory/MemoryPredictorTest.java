package io.stoa.hardware.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.engine.gguf.GgufValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MemoryPredictorTest {
    private final MemoryPredictor predictor = new MemoryPredictor();

    /** Published figures: bytes of F16 keys and values per token, from each model's configuration. */
    @Test
    void keysAndValuesPerTokenAreThePublishedOnes() {
        assertThat(cachePerToken(shape("llama", 32, 4096, 32, 8, 128, 0))).isEqualTo(131_072);
        assertThat(cachePerToken(shape("llama", 80, 8192, 64, 8, 128, 0))).isEqualTo(327_680);
        assertThat(cachePerToken(shape("qwen3", 28, 1024, 16, 8, 128, 0))).isEqualTo(114_688);
    }

    /** Qwen3-0.6B at 40,960 tokens takes 4.38 GiB; from hidden size ÷ heads it would be half of that. */
    @Test
    void theWidthOfAHeadComesFromTheFile() {
        MemoryParts parts = known(shape("qwen3", 28, 1024, 16, 8, 128, 0).header(), 40_960);

        assertThat(parts.keysAndValues().count() / 0x1p30).isCloseTo(4.38, within(0.01));
    }

    /**
     * Gemma-3-27B at 131,072 tokens: 10 global layers and 52 with a window of 1,024 tokens, 10.41 GiB; llama.cpp keeps a
     * micro-batch more in each windowed layer.
     */
    @Test
    void slidingWindowsStopGrowing() {
        GgufHeader header = shape("gemma3", 62, 5376, 32, 16, 128, 1024).header();
        MemorySettings settings = new MemorySettings(
                131_072, 1, 2048, 512, 1, GgmlType.F16, GgmlType.F16, true, true, false, false, Repacking.NONE);

        double published = 10.41 * 0x1p30;
        double microBatches = 52.0 * 512 * 16 * (128 + 128) * 2;
        assertThat((double) known(header, settings).keysAndValues().count())
                .isCloseTo(published + microBatches, within(0.01 * 0x1p30));
    }

    @Test
    void anUnknownArchitectureIsNotGuessed() {
        GgufHeader header =
                new ModelShape("m", "kimi-k3", 2, 64, 2, 2, 32, 128, 100, GgmlType.F16, true, 0, 0).header();

        assertThat(predictor.predict(header, MemorySettings.of(512, 1, Repacking.NONE)))
                .isInstanceOfSatisfying(MemoryPrediction.Unknown.class, unknown -> {
                    assertThat(unknown.reason()).isEqualTo("the architecture kimi-k3 is not modelled");
                    assertThat(unknown.weights().count()).isEqualTo(header.tensorBytes());
                });
    }

    @Test
    void brokenHeadersAreNotGuessed() {
        GgufHeader header = shape("llama", 2, 64, 2, 2, 32, 0).header();

        assertThat(reason(with(header, "llama.attention.head_count", 0))).contains("out of range");
        assertThat(reason(with(header, "llama.attention.key_length", -1))).contains("out of range");
        assertThat(reason(with(header, "llama.embedding_length", Long.MAX_VALUE)))
                .contains("out of range");
        assertThat(reason(with(header, "llama.block_count", 1 << 20))).contains("out of range");
        assertThat(reason(with(header, "split.count", 3))).contains("only a part");
        assertThat(reason(new GgufHeader(3, header.metadata(), List.of(), 32, 0, 0)))
                .contains("token_embd.weight");
        GgufHeader wide =
                with(with(header, "llama.attention.head_count", 1 << 20), "llama.attention.head_count_kv", 1 << 20);
        assertThat(reason(with(
                        with(wide, "llama.attention.key_length", 1 << 20), "llama.attention.value_length", 1 << 20)))
                .isEqualTo("the buffers would exceed 2⁶³ bytes");
    }

    private String reason(GgufHeader header) {
        return switch (predictor.predict(header, MemorySettings.of(1 << 20, 16, Repacking.NONE))) {
            case MemoryPrediction.Known known -> "known: " + known;
            case MemoryPrediction.Estimated estimated -> "estimated: " + estimated;
            case MemoryPrediction.Unknown unknown -> unknown.reason();
        };
    }

    private static GgufHeader with(GgufHeader header, String key, long value) {
        Map<String, GgufValue> metadata = new LinkedHashMap<>(header.metadata());
        metadata.put(key, new GgufValue.Whole(value));
        return new GgufHeader(3, metadata, header.tensors(), 32, 0, 0);
    }

    @Test
    void layersThatDifferAreEstimated() {
        GgufHeader header = shape("llama", 2, 64, 2, 2, 32, 0).header();
        Map<String, GgufValue> metadata = new LinkedHashMap<>(header.metadata());
        metadata.put(
                "llama.attention.head_count_kv",
                new GgufValue.Array(List.of(new GgufValue.Whole(1), new GgufValue.Whole(2))));
        GgufHeader varied = new GgufHeader(3, metadata, header.tensors(), 32, 0, 0);

        assertThat(predictor.predict(varied, MemorySettings.of(512, 1, Repacking.NONE)))
                .isInstanceOfSatisfying(MemoryPrediction.Estimated.class, estimated -> {
                    assertThat(estimated.reason()).contains("differs from layer to layer");
                    assertThat(estimated.parts().keysAndValues().count()).isEqualTo(512L * (1 + 2) * (32 + 32) * 2);
                });
    }

    @Test
    void aCacheTypeThatDoesNotFitTheHeadsIsNotGuessed() {
        GgufHeader header = shape("llama", 2, 64, 4, 4, 16, 0).header();
        MemorySettings settings = new MemorySettings(
                512, 1, 512, 512, 1, GgmlType.Q8_0, GgmlType.Q8_0, true, true, true, false, Repacking.NONE);

        assertThat(predictor.predict(header, settings))
                .isInstanceOfSatisfying(
                        MemoryPrediction.Unknown.class,
                        unknown -> assertThat(unknown.reason())
                                .isEqualTo("keys of 16 elements are not whole blocks of Q8_0"));
    }

    /**
     * A best-fit allocator is not monotone: with one layer more, gaps may be met better. llama.cpp reports exactly these
     * two sizes, which were measured after the plan had been written.
     */
    @Test
    void aDeeperModelMayNeedASmallerComputeBuffer() {
        MemorySettings settings = settings(333, 187);

        assertThat(known(shape("llama", 4, 32, 1, 1, 32, 0).header(), settings)
                        .compute()
                        .count())
                .isEqualTo(964_192);
        assertThat(known(shape("llama", 5, 32, 1, 1, 32, 0).header(), settings)
                        .compute()
                        .count())
                .isEqualTo(796_640);
    }

    @Test
    void moreOfAnythingNeverTakesLessOutsideTheComputeBuffer() {
        long seed = 20261125;
        Random random = new Random(seed);
        System.out.println("seed " + seed);
        for (int round = 0; round < 200; round++) {
            int heads = 1 << random.nextInt(4);
            int keyHeads = Math.max(1, heads >> random.nextInt(3));
            int layers = 1 + random.nextInt(6);
            int length = 32 << random.nextInt(3);
            ModelShape shape = shape("llama", layers, heads * length, heads, keyHeads, length, 0);
            ModelShape deeper = shape("llama", layers + 1, heads * length, heads, keyHeads, length, 0);
            int context = 32 + random.nextInt(6000);
            int micro = 32 + random.nextInt(480);
            MemorySettings settings = settings(context, micro);
            long base = withoutCompute(shape, settings);

            String where = "seed " + seed + ", round " + round + ": " + shape + ", " + settings;
            assertThat(withoutCompute(shape, settings(context + 1 + random.nextInt(2000), micro)))
                    .as("context, " + where)
                    .isGreaterThanOrEqualTo(base);
            assertThat(withoutCompute(shape, settings(context + 256, micro)))
                    .as("256 tokens more, " + where)
                    .isEqualTo(base + 256L * layers * 2 * keyHeads * length * 2);
            assertThat(withoutCompute(deeper, settings)).as("layers, " + where).isGreaterThan(base);
            assertThat(known(shape.header(), settings).compute().count())
                    .as("logits fit, " + where)
                    .isGreaterThan(4L * shape.vocabulary() * Math.min(micro, context));
        }
    }

    @Test
    void settingsRefuseWhatLlamaCppRefuses() {
        assertThatThrownBy(() -> MemorySettings.of(0, 1, Repacking.NONE)).hasMessage("context must be positive: 0");
        assertThatThrownBy(() -> MemorySettings.of(64, 257, Repacking.NONE)).hasMessage("sequences are 1 to 256: 257");
        assertThatThrownBy(() -> MemorySettings.of(1 << 30, 4, Repacking.NONE)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void onlyWholeGroupsOfRowsAreRepacked() {
        assertThat(Repacking.AVX2.applies(matrix(GgmlType.Q4_0, 16))).isTrue();
        assertThat(Repacking.AVX2.applies(matrix(GgmlType.Q4_0, 12))).isFalse();
        assertThat(Repacking.NEON.applies(matrix(GgmlType.Q4_0, 12))).isTrue();
        assertThat(Repacking.AVX2.applies(matrix(GgmlType.Q8_0, 16))).isFalse();
        assertThat(Repacking.NEON.applies(matrix(GgmlType.Q8_0, 16))).isTrue();
        assertThat(Repacking.AVX2.applies(matrix(GgmlType.Q2_K, 16))).isFalse();
        assertThat(Repacking.AVX512.applies(matrix(GgmlType.Q2_K, 16))).isTrue();
        assertThat(Repacking.NONE.applies(matrix(GgmlType.Q4_0, 16))).isFalse();
    }

    /** Of Kimi-K2 in Q4_K, llama.cpp repacks 576,312,717,312 bytes. */
    @Test
    void stackedMatricesAreRepackedWhereTokensChooseAmongThem() {
        MemoryPrediction prediction = predictor.predict(
                PublishedShape.all().stream()
                        .filter(shape -> shape.name().equals("Kimi-K2"))
                        .findFirst()
                        .orElseThrow()
                        .header(),
                MemorySettings.of(512, 1, Repacking.AVX512));

        assertThat(ShapeMeasurement.parts(prediction).repacked().count()).isEqualTo(576_312_717_312L);
    }

    private static GgufTensor matrix(GgmlType type, long rows) {
        return new GgufTensor("blk.0.ffn_up.weight", List.of(256L, rows), type, 0);
    }

    private static ModelShape shape(
            String architecture, int layers, int embedding, int heads, int keyHeads, int length, int window) {
        return new ModelShape(
                "shape",
                architecture,
                layers,
                embedding,
                heads,
                keyHeads,
                length,
                2 * embedding,
                1000,
                GgmlType.F16,
                true,
                0,
                window);
    }

    private static MemorySettings settings(int context, int microBatch) {
        return new MemorySettings(
                context, 1, 2048, microBatch, 1, GgmlType.F16, GgmlType.F16, true, true, true, false, Repacking.NONE);
    }

    private long withoutCompute(ModelShape shape, MemorySettings settings) {
        MemoryParts parts = known(shape.header(), settings);
        return parts.total().count() - parts.compute().count();
    }

    private long cachePerToken(ModelShape shape) {
        return known(shape.header(), 1024).keysAndValues().count() / 1024;
    }

    private MemoryParts known(GgufHeader header, int context) {
        return known(header, MemorySettings.of(context, 1, Repacking.NONE));
    }

    private MemoryParts known(GgufHeader header, MemorySettings settings) {
        return switch (predictor.predict(header, settings)) {
            case MemoryPrediction.Known known -> known.parts();
            case MemoryPrediction.Estimated estimated -> throw new AssertionError(estimated.reason());
            case MemoryPrediction.Unknown unknown -> throw new AssertionError(unknown.reason());
        };
    }
}
