package io.stoa.hardware.roofline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.hardware.input.YamlPart;
import io.stoa.hardware.machine.MachineCatalogue;
import io.stoa.hardware.machine.MachineType;
import io.stoa.hardware.memory.ContextCache;
import io.stoa.model.Interval;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SpeedEstimatorTest {
    private static final MachineCatalogue CATALOGUE = MachineCatalogue.shipped();

    private static ModelFacts llama(double bits) {
        return ModelFacts.published(
                "70B",
                70.6e9,
                70.6e9,
                0,
                0,
                bits,
                Optional.of(ContextCache.linear(327_680, 8)),
                OptionalInt.of(80),
                OptionalInt.of(8192));
    }

    private static SpeedEstimate.Known known(ModelFacts model, String machine, Parallelism parallelism, int streams) {
        MachineType type = CATALOGUE.get(machine);
        SpeedEstimate estimate = new SpeedEstimator(model, type, Efficiency.unmeasured(type.kind()), parallelism)
                .estimate(1000, 200, streams);
        assertThat(estimate).isInstanceOf(SpeedEstimate.Known.class);
        return (SpeedEstimate.Known) estimate;
    }

    /** By hand: 1,000 · 10⁹ bytes/s at 50 % and 10¹⁴ FLOPS at 50 % exactly, dense, no cache. */
    @Test
    void exactSharesGiveTheRoofline() {
        ModelFacts model = ModelFacts.published(
                "10B",
                1e10,
                1e10,
                0,
                0,
                8,
                Optional.of(ContextCache.linear(0, 8)),
                OptionalInt.empty(),
                OptionalInt.empty());
        MachineType machine = CATALOGUE.with(YamlPart.parse("m", """
            machines:
              - {name: m, kind: gpu, memory: 40 GB, bandwidth: 1000 GB/s, compute: {fp16: 100 TFLOPS}, source: made up}
            """)).get("m");
        Efficiency half = new Efficiency(new Interval(0.5, 0.5), new Interval(0.5, 0.5), new Interval(0, 0), "made up");
        SpeedEstimate.Known speed =
                (SpeedEstimate.Known) new SpeedEstimator(model, machine, half, Parallelism.NONE).estimate(1000, 100, 1);
        // 10¹⁰ bytes at 5 · 10¹¹ a second are 20 ms; 2 · 10¹⁰ operations at 5 · 10¹³ are 0.4 ms.
        assertThat(speed.timePerOutputToken().low()).isCloseTo(0.020, within(1e-12));
        assertThat(speed.timePerOutputToken().high()).isCloseTo(0.0204, within(1e-12));
        // 1,000 tokens are 2 · 10¹³ operations: 0.4 s.
        assertThat(speed.timeToFirstToken().low()).isCloseTo(0.4, within(1e-12));
        assertThat(speed.requests().high()).isCloseTo(1 / (0.4 + 100 * 0.020), within(1e-12));
    }

    @Test
    void moreDevicesHelpOneStreamByTensorsAndNotByAPipeline() {
        Interval one = known(llama(4.8), "A100 SXM 80GB", Parallelism.NONE, 1).timePerOutputToken();
        Interval tensor = known(llama(4.8), "A100 SXM 80GB", new Parallelism(Parallelism.Way.TENSOR, 4), 1)
                .timePerOutputToken();
        Interval pipeline = known(llama(4.8), "A100 SXM 80GB", new Parallelism(Parallelism.Way.PIPELINE, 4), 1)
                .timePerOutputToken();
        assertThat(tensor.low()).isLessThan(one.low() / 2).isGreaterThan(one.low() / 4);
        assertThat(pipeline.low()).isGreaterThanOrEqualTo(one.low());
    }

    @Test
    void whatIsMissingMakesItUnknown() {
        MachineType apple = CATALOGUE.get("Apple M4 Max");
        assertThat(new SpeedEstimator(llama(4.8), apple, Efficiency.unmeasured(apple.kind()), Parallelism.NONE)
                        .estimate(1, 1, 1))
                .isEqualTo(new SpeedEstimate.Unknown("the 16-bit peak of Apple M4 Max is not known"));
    }

    /** Whatever is estimated is possible: no fast end is beyond a bound, and more streams never give less in total. */
    @Test
    void estimatesKeepWithinPhysics() {
        SplittableRandom random = new SplittableRandom(61);
        List<MachineType> machines = CATALOGUE.all().stream()
                .filter(machine ->
                        machine.usualPeak().isPresent() && machine.link().isPresent())
                .toList();
        for (int i = 0; i < 2000; i++) {
            MachineType machine = machines.get(random.nextInt(machines.size()));
            Parallelism parallelism = new Parallelism(
                    random.nextBoolean() ? Parallelism.Way.TENSOR : Parallelism.Way.PIPELINE,
                    1 + random.nextInt(machine.devices()));
            double bytes = machine.memory().count() * random.nextDouble(0.2, 0.9) * parallelism.devices();
            double bits = random.nextDouble(3, 16);
            boolean routed = random.nextBoolean();
            double parameters = bytes * 8 / bits;
            ModelFacts model = ModelFacts.published(
                    "m",
                    parameters,
                    routed ? parameters / 5 : parameters,
                    routed ? 64 : 0,
                    routed ? 8 : 0,
                    bits,
                    Optional.of(ContextCache.linear(1000, 8)),
                    OptionalInt.of(40),
                    OptionalInt.of(5120));
            int streams = 1 + random.nextInt(64);
            SpeedEstimator estimator =
                    new SpeedEstimator(model, machine, Efficiency.unmeasured(machine.kind()), parallelism);
            if (estimator.estimate(500, 100, streams) instanceof SpeedEstimate.Known speed) {
                Claim claim = new Claim(
                        model,
                        machine,
                        parallelism.devices(),
                        streams,
                        0,
                        500,
                        0,
                        OptionalDouble.of(speed.generation().high()),
                        OptionalDouble.of(speed.prompt().high()),
                        OptionalDouble.of(speed.timeToFirstToken().low()),
                        OptionalDouble.of(speed.timePerOutputToken().low()));
                assertThat(PhysicsCheck.check(claim).violations())
                        .as("seed 61, case %d", i)
                        .isEmpty();
                if (estimator.estimate(500, 100, streams * 2) instanceof SpeedEstimate.Known twice) {
                    assertThat(twice.generation().high())
                            .as("seed 61, case %d", i)
                            .isGreaterThanOrEqualTo(speed.generation().high() * (1 - 1e-9));
                }
            }
        }
    }

    @Test
    void aHeaderSaysWhatAStepReads() {
        GgufHeader header = GgufReader.read(Path.of("../examples/quickstart/models/mini.gguf"));
        ModelFacts facts = ModelFacts.of("mini", header);
        assertThat(facts.weightBytes()).isEqualTo((double) header.tensorBytes());
        assertThat(facts.cache()).isPresent();
        assertThat(facts.atBits("mini 4", 4.5).weightBytes())
                .isCloseTo(header.parameters() * 4.5 / 8, within(0.01 * header.tensorBytes()));
    }

    /** 142.5 tokens/s of a model of SmolLM2-135M's shape in Q8_0, measured on two threads of an EPYC (performance/). */
    @Test
    void ourOwnMeasurementIsPossible() {
        ModelFacts model = ModelFacts.published(
                "135M Q8_0",
                134.5e6,
                134.5e6,
                0,
                0,
                8.5,
                Optional.of(ContextCache.linear(23_040, 8)),
                OptionalInt.of(30),
                OptionalInt.of(576));
        Claim claim = new Claim(
                model,
                CATALOGUE.get("EPYC 7763"),
                1,
                1,
                128,
                0,
                0,
                OptionalDouble.of(142.5),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
        assertThat(PhysicsCheck.check(claim).flagged()).isFalse();
    }
}
