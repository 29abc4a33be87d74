package io.stoa.hardware.roofline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stoa.hardware.machine.MachineCatalogue;
import io.stoa.hardware.machine.MachineType;
import io.stoa.hardware.machine.Precision;
import io.stoa.hardware.memory.ContextCache;
import io.stoa.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhysicsCheckTest {
    private static final MachineCatalogue CATALOGUE = MachineCatalogue.shipped();
    private static final OptionalDouble NONE = OptionalDouble.empty();

    /** The table of the mixture-of-experts formula. */
    @ParameterizedTest
    @CsvSource({
        "128, 8, 1, 8.00",
        "128, 8, 4, 29.12",
        "128, 8, 16, 82.42",
        "128, 8, 64, 125.94",
        "256, 8, 32, 163.31",
        "256, 8, 128, 251.60"
    })
    void distinctExpertsHaveTheirKnownValues(int experts, int used, int tokens, double distinct) {
        assertThat(ModelFacts.distinctExperts(experts, used, tokens)).isCloseTo(distinct, within(0.005));
    }

    private static ModelFacts dense(double parameters, double bits) {
        return ModelFacts.published(
                "dense",
                parameters,
                parameters,
                0,
                0,
                bits,
                Optional.of(ContextCache.linear(131_072, 8)),
                OptionalInt.of(32),
                OptionalInt.of(4096));
    }

    private static Claim claim(ModelFacts model, MachineType machine, int streams, double generation) {
        return new Claim(model, machine, 1, streams, 0, 0, 0, OptionalDouble.of(generation), NONE, NONE, NONE);
    }

    @Test
    void theBoundIsNamed() {
        PhysicsCheck.Report report = PhysicsCheck.check(claim(dense(8.03e9, 16), CATALOGUE.get("RTX 4090"), 1, 150));
        assertThat(report.impossible()).isTrue();
        assertThat(report.violations().getFirst().bound()).isEqualTo("bandwidth");
        assertThat(report.violations().getFirst().reason())
                .contains("150.0 tokens/s are claimed, at most 63.06 are possible")
                .contains("a step reads at least 14.9 GiB")
                .contains("1 × RTX 4090");
        // Hidden batching or speculation makes the same figure possible.
        assertThat(PhysicsCheck.check(claim(dense(8.03e9, 16), CATALOGUE.get("RTX 4090"), 4, 150))
                        .flagged())
                .isFalse();
        Claim speculated = new Claim(
                dense(8.03e9, 16), CATALOGUE.get("RTX 4090"), 1, 1, 0, 0, 4, OptionalDouble.of(150), NONE, NONE, NONE);
        assertThat(PhysicsCheck.check(speculated).flagged()).isFalse();
    }

    @Test
    void whatTheMachineDoesNotSayIsNotChecked() {
        MachineType apple = CATALOGUE.get("Apple M4 Max");
        Claim claim = new Claim(dense(8e9, 4.5), apple, 1, 1, 0, 1000, 0, NONE, OptionalDouble.of(1e9), NONE, NONE);
        assertThat(PhysicsCheck.check(claim).unchecked()).contains("the peak compute of Apple M4 Max is not known");
    }

    @Test
    void contradictionsWithinAClaimAreFound() {
        Claim claim = new Claim(
                dense(8e9, 4.5),
                CATALOGUE.get("H100 SXM"),
                1,
                1,
                0,
                0,
                0,
                OptionalDouble.of(100),
                NONE,
                NONE,
                OptionalDouble.of(0.05));
        assertThat(PhysicsCheck.check(claim).violations())
                .extracting(PhysicsCheck.Violation::bound)
                .contains("consistency");
    }

    /** How claims are wrong: beyond a bound by a tenth up to twentyfold, or labelled wrongly. */
    @Test
    void twoHundredImpossibleClaimsAreAllFlagged() {
        long seed = 2026;
        SplittableRandom random = new SplittableRandom(seed);
        List<String> missed = new ArrayList<>();
        int impossible = 0;
        for (int i = 0; i < 200; i++) {
            Claim claim = impossible(random, i % 8);
            PhysicsCheck.Report report = PhysicsCheck.check(claim);
            impossible += report.impossible() ? 1 : 0;
            if (!report.flagged()) {
                missed.add(i + ": " + claim);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "impossible claims, seed %d: %d of 200 flagged, %d of them as impossible in any workload%n",
                seed,
                200 - missed.size(),
                impossible);
        assertThat(missed).isEmpty();
    }

    @Test
    void possibleClaimsAreHardlyEverFlagged() {
        long seed = 2027;
        SplittableRandom random = new SplittableRandom(seed);
        int claims = 5000;
        int flagged = 0;
        int impossible = 0;
        for (int i = 0; i < claims; i++) {
            PhysicsCheck.Report report = PhysicsCheck.check(possible(random));
            flagged += report.flagged() ? 1 : 0;
            impossible += report.impossible() ? 1 : 0;
        }
        System.out.printf(
                Locale.ROOT,
                "possible claims, seed %d: %d of %d flagged (%.2f %%), %d of them as impossible%n",
                seed,
                flagged,
                claims,
                100.0 * flagged / claims,
                impossible);
        assertThat(impossible).isZero();
        assertThat((double) flagged / claims).isLessThan(0.01);
    }

    private static MachineType machine(SplittableRandom random, boolean withPeak) {
        List<MachineType> machines = CATALOGUE.all().stream()
                .filter(each -> each.bandwidth().isPresent())
                .filter(each -> !withPeak || each.usualPeak().isPresent())
                .toList();
        return machines.get(random.nextInt(machines.size()));
    }

    private static double logUniform(SplittableRandom random, double low, double high) {
        return low * Math.pow(high / low, random.nextDouble());
    }

    /** A model that fills between a tenth and two thirds of some devices. */
    private static ModelFacts model(SplittableRandom random, MachineType machine, int devices, double bits) {
        double bytes = machine.memory().count() * (double) devices * random.nextDouble(0.1, 0.65);
        double parameters = bytes * 8 / bits;
        boolean routed = random.nextInt(3) == 0 && parameters > 1e10;
        int experts = 1 << (3 + random.nextInt(5));
        int used = Math.max(1, experts / (4 << random.nextInt(3)));
        double active = parameters * (0.1 + 0.9 * used / experts);
        return ModelFacts.published(
                "model",
                parameters,
                routed ? active : parameters,
                routed ? experts : 0,
                routed ? used : 0,
                bits,
                Optional.of(ContextCache.linear(logUniform(random, 2e4, 3e5), 8)),
                OptionalInt.of(32),
                OptionalInt.of(4096));
    }

    private static double bits(SplittableRandom random) {
        return List.of(4.5, 6.5625, 8.5, 16.0).get(random.nextInt(4));
    }

    /** The largest cache that a device may have when none is known; the models must be larger. */
    private static double cache(MachineType machine) {
        double largest = machine.kind() == MachineType.Kind.GPU ? 256 * 0x1p20 : 1152 * 0x1p20;
        return machine.cache().map(bytes -> (double) bytes.count()).orElse(largest);
    }

    private static Claim impossible(SplittableRandom random, int kind) {
        boolean needsPeak = kind == 2 || kind == 3 || kind == 7;
        MachineType machine = machine(random, needsPeak);
        int devices = 1 + random.nextInt(machine.devices());
        double bits = bits(random);
        ModelFacts model = model(random, machine, devices, bits);
        while (model.leastStepBytes() < 2 * devices * cache(machine)) {
            machine = machine(random, needsPeak);
            devices = 1 + random.nextInt(machine.devices());
            model = model(random, machine, devices, bits);
        }
        double factor = logUniform(random, 1.1, 20);
        double bandwidth = devices * machine.bandwidth().orElseThrow();
        double single = bandwidth / (model.leastStepBytes() - devices * cache(machine));
        double peak = devices * machine.fastestPeak().orElse(1);
        int prompt = 100 + random.nextInt(8000);
        return switch (kind) {
            // One stream faster than bandwidth.
            case 0 -> with(model, machine, devices, 1, 0, OptionalDouble.of(factor * single), NONE, NONE, NONE);
            // The same said as time per token.
            case 1 -> with(model, machine, devices, 1, 0, NONE, NONE, NONE, OptionalDouble.of(1 / (factor * single)));
            // A prompt faster than compute.
            case 2 ->
                with(
                        model,
                        machine,
                        devices,
                        1,
                        prompt,
                        NONE,
                        OptionalDouble.of(factor * peak / (2 * model.promptParameters())),
                        NONE,
                        NONE);
            // A first token sooner than compute.
            case 3 ->
                with(
                        model,
                        machine,
                        devices,
                        1,
                        prompt,
                        NONE,
                        NONE,
                        OptionalDouble.of(prompt * 2 * model.promptParameters() / peak / factor),
                        NONE);
            // Several streams, each as fast as bandwidth allows one with all experts evenly used.
            case 4 -> {
                int streams = 2 + random.nextInt(7);
                double step = model.expectedStepBytes(streams) - devices * cache(machine);
                yield with(
                        model,
                        machine,
                        devices,
                        streams,
                        0,
                        OptionalDouble.of(factor * streams * bandwidth / step),
                        NONE,
                        NONE,
                        NONE);
            }
            // A model that does not fit.
            case 5 -> {
                ModelFacts large =
                        model.atBits("large", bits * machine.memory().count() * devices / model.weightBytes() * factor);
                yield with(large, machine, devices, 1, 0, OptionalDouble.of(0.1), NONE, NONE, NONE);
            }
            // Measured at 4.5 bits with 80 % of bandwidth, labelled as 16 bits.
            case 6 -> {
                ModelFacts small = model.atBits("4.5 bits", 4.5);
                ModelFacts labelled = model.atBits("16 bits", 16);
                double real = 0.8 * bandwidth / small.leastStepBytes();
                double bound = bandwidth / (labelled.leastStepBytes() - devices * cache(machine));
                yield with(
                        labelled,
                        machine,
                        devices,
                        1,
                        0,
                        OptionalDouble.of(Math.max(real, 1.1 * bound)),
                        NONE,
                        NONE,
                        NONE);
            }
            // Many streams faster than compute.
            default ->
                with(
                        model,
                        machine,
                        devices,
                        100_000,
                        0,
                        OptionalDouble.of(factor * peak / (2 * model.activeParameters())),
                        NONE,
                        NONE,
                        NONE);
        };
    }

    private static Claim with(
            ModelFacts model,
            MachineType machine,
            int devices,
            int streams,
            int prompt,
            OptionalDouble generation,
            OptionalDouble promptSpeed,
            OptionalDouble first,
            OptionalDouble perToken) {
        return new Claim(model, machine, devices, streams, 0, prompt, 0, generation, promptSpeed, first, perToken);
    }

    /**
     * A run with shares of the peaks between 5 and 95 %; one in twenty with routing that is more one-sided than even.
     */
    private static Claim possible(SplittableRandom random) {
        MachineType machine = machine(random, false);
        int devices = 1 + random.nextInt(machine.devices());
        ModelFacts model = model(random, machine, devices, bits(random));
        int streams = 1 << random.nextInt(6);
        double free = machine.memory().count() * (double) devices - model.weightBytes();
        int context = Math.clamp(
                (long) (random.nextDouble() * free / model.cache().orElseThrow().tokenBytes() / streams), 1, 32_768);
        int prompt = Math.max(1, context / 2);
        double bandwidth = devices * machine.bandwidth().orElseThrow() * random.nextDouble(0.05, 0.95);
        double peak = devices
                * machine.usualPeak().orElse(machine.fastestPeak().orElse(1e14))
                * random.nextDouble(0.05, 0.95);
        double even = model.expectedStepBytes(streams);
        double routed =
                random.nextInt(20) == 0 ? Math.max(model.leastStepBytes(), even * random.nextDouble(0.5, 1)) : even;
        double step = (routed + streams * context * model.cache().orElseThrow().tokenBytes()) / bandwidth
                + 2.0 * streams * model.activeParameters() / peak
                + random.nextDouble(0, 1e-3);
        double reading = model.expectedStepBytes(prompt) / bandwidth + 2.0 * prompt * model.promptParameters() / peak;
        return new Claim(
                model,
                machine,
                devices,
                streams,
                context,
                prompt,
                0,
                OptionalDouble.of(streams / step),
                OptionalDouble.of(prompt / reading),
                OptionalDouble.of(reading),
                OptionalDouble.of(step));
    }

    /**
     * Published measurements of one stream: none is flagged, and all lie within the intervals for machines that nobody
     * measured. Sources: llama.cpp pull requests 4766 (RTX 4090, LLaMA 7B), 4812 (RTX 3090 Ti), LLM-inference-speed-
     * benchmarks issues 10 and 12, CambrianTech/continuum pull request 1627, llm-perf-bench pull request 1,
     * geerlingguy/ai-benchmarks issues 7 and 43.
     *
     * @param gigabytes weights that a step reads, in GiB
     */
    @ParameterizedTest
    @CsvSource({
        "RTX 4090, 6.74e9, 12.55, 61.03, 11048.22",
        "RTX 4090, 6.74e9, 6.67, 98.13, 7664.00",
        "RTX 4090, 6.74e9, 3.56, 191.0, 7979.85",
        "RTX 4090, 8.03e9, 6.14, 93, 4668",
        "RTX 4090, 1.10e9, 0.621, 762.37, 18709.17",
        "RTX 3090 Ti, 6.74e9, 3.56, 127.43, 4035.47",
        "RTX 3080, 8.03e9, 4.58, 111.95, 3806.89",
        "RTX 5090, 8.19e9, 4.68, 221.7, 0",
        "Raspberry Pi 5, 3.21e9, 1.87, 4.88, 0",
        "Raspberry Pi 5, 8.03e9, 4.58, 2.17, 0",
    })
    void publishedMeasurementsArePossibleAndWithinTheEstimate(
            String name, double parameters, double gigabytes, double generation, double prompt) {
        MachineType machine = CATALOGUE.find(name).orElseGet(() -> other(name));
        double bits = gigabytes * 0x1p30 * 8 / parameters;
        ModelFacts model = ModelFacts.published(
                "published",
                parameters,
                parameters,
                0,
                0,
                bits,
                Optional.of(ContextCache.linear(0, 8)),
                OptionalInt.of(32),
                OptionalInt.of(4096));
        OptionalDouble read = prompt > 0 ? OptionalDouble.of(prompt) : NONE;
        assertThat(PhysicsCheck.check(new Claim(
                                model, machine, 1, 1, 0, 512, 0, OptionalDouble.of(generation), read, NONE, NONE))
                        .violations())
                .isEmpty();
        // Where compute is not published, one stream is estimated with a peak that does not bind.
        MachineType complete = machine.usualPeak().isPresent() ? machine : withPeak(machine);
        SpeedEstimate estimate = new SpeedEstimator(
                        model, complete, Efficiency.unmeasured(machine.kind()), Parallelism.NONE)
                .estimate(512, 128, 1);
        assertThat(estimate).isInstanceOfSatisfying(SpeedEstimate.Known.class, known -> {
            System.out.printf(
                    Locale.ROOT,
                    "%s, %.2f GiB: %.1f tokens/s published, %.1f to %.1f estimated; prompt %.0f, %.0f to %.0f%n",
                    name,
                    gigabytes,
                    generation,
                    known.generation().low(),
                    known.generation().high(),
                    prompt,
                    known.prompt().low(),
                    known.prompt().high());
            assertThat(known.generation().contains(generation)).isTrue();
            assertThat(prompt == 0 || known.prompt().contains(prompt)).isTrue();
        });
    }

    private static MachineType other(String name) {
        double bandwidth = name.equals("RTX 3080") ? 760e9 : 1008e9;
        double peak = name.equals("RTX 3080") ? 119e12 : 160e12;
        return new MachineType(
                name,
                MachineType.Kind.GPU,
                Bytes.gibibytes(name.equals("RTX 3080") ? 10 : 24),
                OptionalDouble.of(bandwidth),
                Map.of(Precision.FP16, peak),
                NONE,
                NONE,
                NONE,
                Optional.empty(),
                1,
                Optional.empty(),
                Optional.empty(),
                "NVIDIA Ampere GA102 whitepaper");
    }

    private static MachineType withPeak(MachineType machine) {
        return new MachineType(
                machine.name(),
                machine.kind(),
                machine.memory(),
                machine.bandwidth(),
                Map.of(Precision.FP16, 1e15),
                machine.power(),
                machine.idlePower(),
                machine.link(),
                machine.cache(),
                machine.devices(),
                machine.hourly(),
                machine.purchase(),
                machine.source());
    }
}
