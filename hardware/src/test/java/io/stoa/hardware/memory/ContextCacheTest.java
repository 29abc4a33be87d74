package io.stoa.hardware.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.hardware.machine.MachineCatalogue;
import io.stoa.hardware.machine.MachineType;
import io.stoa.hardware.plan.MemoryNeed;
import io.stoa.hardware.roofline.Claim;
import io.stoa.hardware.roofline.Efficiency;
import io.stoa.hardware.roofline.ModelFacts;
import io.stoa.hardware.roofline.Parallelism;
import io.stoa.hardware.roofline.PhysicsCheck;
import io.stoa.hardware.roofline.SpeedEstimate;
import io.stoa.hardware.roofline.SpeedEstimator;
import io.stoa.model.Interval;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ContextCacheTest {
    private static final MachineCatalogue CATALOGUE = MachineCatalogue.shipped();

    private static GgufHeader header(String name) {
        return PublishedShape.all().stream()
                .filter(shape -> shape.toString().equals(name))
                .findFirst()
                .orElseThrow()
                .header();
    }

    private static ContextCache cache(String name) {
        return ContextCache.of(header(name)).orElseThrow();
    }

    /** Ten of 62 layers look back on everything, the others on 1,024 tokens: 8,192 bytes a layer and token. */
    @Test
    void windowsStayShort() {
        ContextCache gemma = cache("Gemma-3-27B");
        double expected = 8_192 * (10.0 * 65_536 + 52 * 1_024);
        assertThat(gemma.least(65_536)).isEqualTo(expected).isBetween(5.7e9, 5.9e9);
        assertThat(gemma.least(512)).isEqualTo(8_192.0 * 62 * 512);
        assertThat(gemma.kept(65_536)).isEqualTo(8_192 * (10.0 * 65_536 + 52 * 1_536));
        assertThat(gemma.parts()).isEqualTo(16);
    }

    @Test
    void statesDoNotGrow() {
        ContextCache mamba = cache("Mamba-2.8B");
        // 64 layers of 3 · 5,120 floats of convolution and 16 · 5,120 of recurrence, as llama.cpp reports them.
        assertThat(mamba.least(1)).isEqualTo(24_903_680);
        assertThat(mamba.kept(1_000_000)).isEqualTo(24_903_680);
    }

    /** What is kept is what the memory plan finds with short windows, for every shape that has a plan. */
    @Test
    void itAgreesWithTheMemoryPlan() {
        for (PublishedShape shape : PublishedShape.all()) {
            MemorySettings settings =
                    MemorySettings.of(16_384, 1, Repacking.NONE).withShortWindows();
            if (new MemoryPredictor().predict(shape.header(), settings) instanceof MemoryPrediction.Planned planned) {
                double kept = (double) planned.parts().keysAndValues().count();
                ContextCache cache = ContextCache.of(shape.header()).orElseThrow();
                assertThat(cache.kept(16_384)).as(shape.toString()).isCloseTo(kept, within(1.0));
                assertThat(cache.least(16_384)).as(shape.toString()).isLessThanOrEqualTo(kept);
            }
        }
    }

    /** One stream at 65,536 tokens: 15.3 GB of weights and 5.8 GB of cache fit 24 GiB and can be read 47 times a second. */
    @Test
    void longContextsOfWindowedModelsArePossible() {
        ModelFacts model = ModelFacts.of("Gemma-3-27B", header("Gemma-3-27B"));
        Claim claim = new Claim(
                model,
                CATALOGUE.get("RTX 4090"),
                1,
                1,
                65_536,
                0,
                0,
                OptionalDouble.of(40),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
        assertThat(PhysicsCheck.check(claim).violations()).isEmpty();
        Interval need = MemoryNeed.of(header("Gemma-3-27B"))
                .bytes(65_536, 1, Parallelism.NONE)
                .orElseThrow();
        assertThat(need.low()).isLessThan(24 * 0x1p30);
        Interval estimate =
                MemoryNeed.estimate(model).bytes(65_536, 1, Parallelism.NONE).orElseThrow();
        assertThat(estimate.low()).isLessThanOrEqualTo(need.low());
        assertThat(estimate.high() / need.high()).isBetween(0.9, 1.15);
    }

    @Test
    void latentVectorsLieOnEveryDevice() {
        assertThat(cache("DeepSeek-V3").parts()).isEqualTo(1);
        GgufHeader header = header("DeepSeek-V3");
        double cache = cache("DeepSeek-V3").kept(16_384) * 16;
        Parallelism eight = new Parallelism(Parallelism.Way.TENSOR, 8);
        for (MemoryNeed need :
                new MemoryNeed[] {MemoryNeed.of(header), MemoryNeed.estimate(ModelFacts.of("DeepSeek-V3", header))}) {
            Interval one = need.bytes(16_384, 16, Parallelism.NONE).orElseThrow();
            Interval tensor = need.bytes(16_384, 16, eight).orElseThrow();
            Interval pipeline = need.bytes(16_384, 16, new Parallelism(Parallelism.Way.PIPELINE, 8))
                    .orElseThrow();
            assertThat(tensor.low()).isCloseTo(one.low() / 8, within(1.0));
            assertThat(tensor.high() - pipeline.high()).isCloseTo(cache * 7 / 8, within(1.0));
        }
    }

    /** Four heads for keys are divided by four, whether four devices share them or eight. */
    @Test
    void headsAreNotDivided() {
        ModelFacts model = ModelFacts.published(
                "m",
                1e9,
                1e9,
                0,
                0,
                16,
                Optional.of(ContextCache.linear(1e5, 4)),
                OptionalInt.of(32),
                OptionalInt.of(2048));
        Interval eight = MemoryNeed.estimate(model)
                .bytes(10_000, 10, new Parallelism(Parallelism.Way.TENSOR, 8))
                .orElseThrow();
        assertThat(eight.low()).isEqualTo((2e9 + 1e10) / 8);
        assertThat(eight.high()).isCloseTo(2.02e9 / 8 + 1e10 / 4 + 0x1p31, within(1.0));
        // The slow end reads a fourth of the cache on each device, and more devices change nothing of that.
        MachineType machine = CATALOGUE.get("A100 SXM 80GB");
        Efficiency half = new Efficiency(new Interval(0.5, 0.5), new Interval(0.5, 0.5), new Interval(0, 0), "made up");
        SpeedEstimate.Known speed = (SpeedEstimate.Known)
                new SpeedEstimator(model, machine, half, new Parallelism(Parallelism.Way.TENSOR, 8))
                        .estimate(10_000, 2, 10);
        double bandwidth = machine.bandwidth().orElseThrow() / 2;
        assertThat(speed.timePerOutputToken().high()).isGreaterThan(1e5 * 10_001 * 10 / 4 / bandwidth);
        assertThat(speed.timePerOutputToken().low()).isLessThan(1e5 * 10_001 * 10 / 4 / bandwidth);
    }
}
