package io.stoa.hardware.roofline;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.machine.MachineType;
import io.stoa.hardware.memory.ContextCache;
import io.stoa.model.Interval;

/**
 * Estimates speed from what a step reads and computes. The fast end lets reading and computing overlap wholly, at the
 * highest shares of the peaks; the slow end adds them up, at the lowest shares.
 *
 * <p>With S streams, a context of C tokens each, and the parts read or computed by one device:
 *
 * <ul>
 *   <li>a step reads shared weights + experts · (1 − (1 − k/E)^S) + S · the cache at C tokens, and computes 2 · S ·
 *       active parameters;
 *   <li>a prompt of P tokens computes 2 · P · parameters + 2 · layers · width · P² (attention, causal), and reads all
 *       weights once;
 *   <li>tensor parallelism over n devices divides both by n, and adds two all-reduces a layer, each of which sends 2 ·
 *       (n − 1) ÷ n · tokens · width · 2 bytes over a device's link (a ring) and waits some microseconds; a cache is
 *       divided by n at the fast end, and at the slow end by no more than its heads, for devices beyond those keep
 *       copies;
 *   <li>a pipeline over n devices divides the weights of a step by n and has n steps of a micro-batch of S ÷ min(n, S)
 *       streams for each token.
 * </ul>
 */
public final class SpeedEstimator {
    /** Seconds that an all-reduce waits beside its transfer: a fast switch, and a slow bus with its drivers. */
    private static final Interval EXCHANGE = new Interval(5e-6, 5e-5);

    private static final double ACTIVATION_BYTES = 2;

    private final ModelFacts model;
    private final MachineType machine;
    private final Efficiency efficiency;
    private final Parallelism parallelism;

    /**
     * Makes an estimator of one model on one machine.
     *
     * @param efficiency the shares of the peaks, measured or {@link Efficiency#unmeasured}
     */
    public SpeedEstimator(ModelFacts model, MachineType machine, Efficiency efficiency, Parallelism parallelism) {
        this.model = requireNonNull(model, "model");
        this.machine = requireNonNull(machine, "machine");
        this.efficiency = requireNonNull(efficiency, "efficiency");
        this.parallelism = requireNonNull(parallelism, "parallelism");
    }

    /**
     * The estimate for a workload.
     *
     * @param promptTokens tokens of a prompt, at least 1
     * @param answerTokens tokens of an answer, at least 1
     * @param streams answers that are generated at the same time
     */
    public SpeedEstimate estimate(int promptTokens, int answerTokens, int streams) {
        if (promptTokens < 1 || answerTokens < 1 || streams < 1) {
            throw new IllegalArgumentException("prompt, answer and streams must be positive");
        }
        if (machine.bandwidth().isEmpty()) {
            return new SpeedEstimate.Unknown("the bandwidth of " + machine.name() + " is not known");
        }
        if (machine.usualPeak().isEmpty()) {
            return new SpeedEstimate.Unknown("the 16-bit peak of " + machine.name() + " is not known");
        }
        if (model.cache().isEmpty()) {
            return new SpeedEstimate.Unknown("the cache of " + model.name() + " is not known");
        }
        if (machine.cache().isPresent()
                && model.leastStepBytes()
                        <= (double) parallelism.devices()
                                * machine.cache().get().count()) {
            return new SpeedEstimate.Unknown(
                    model.name() + " fits the cache of " + machine.name() + ", so bandwidth says nothing; measure it");
        }
        if (parallelism.devices() > 1) {
            if (machine.link().isEmpty()) {
                return new SpeedEstimate.Unknown("the link between devices of " + machine.name() + " is not known");
            }
            if (model.layers().isEmpty() || model.width().isEmpty()) {
                return new SpeedEstimate.Unknown("layers or width of " + model.name() + " are not known");
            }
        }
        Interval first = prompt(promptTokens);
        Interval token = token(streams, promptTokens + answerTokens / 2.0);
        return new SpeedEstimate.Known(
                new Interval(promptTokens / first.high(), promptTokens / first.low()),
                new Interval(streams / token.high(), streams / token.low()),
                first,
                token,
                new Interval(
                        1 / (first.high() + answerTokens * token.high() / streams),
                        1 / (first.low() + answerTokens * token.low() / streams)),
                efficiency.basis());
    }

    private Interval prompt(int tokens) {
        double attention = 2.0 * model.layers().orElse(0) * model.width().orElse(0) * tokens * tokens;
        double operations = 2.0 * tokens * model.promptParameters() + attention;
        double bytes = model.expectedStepBytes(tokens);
        int devices = parallelism.devices();
        return switch (parallelism.way()) {
            case TENSOR -> plus(work(exactly(bytes / devices), operations / devices), exchanges(tokens));
            // One prompt passes through one device after the other.
            case PIPELINE -> plus(work(exactly(bytes), operations), transfers(tokens, devices - 1));
        };
    }

    private Interval token(int streams, double context) {
        int devices = parallelism.devices();
        Interval cache = model.cache()
                .map(known -> new Interval(known.least(context), known.kept(context)))
                .orElseThrow();
        return switch (parallelism.way()) {
            case TENSOR ->
                plus(
                        work(
                                plus(
                                        exactly(model.expectedStepBytes(streams) / devices),
                                        new Interval(
                                                streams * cache.low() / devices,
                                                streams * cache.high() / Math.min(devices, parts()))),
                                2.0 * streams * model.activeParameters() / devices),
                        exchanges(streams));
            case PIPELINE -> {
                double group = (double) streams / Math.min(devices, streams);
                Interval bytes = plus(
                        exactly(model.expectedStepBytes(group)),
                        new Interval(group * cache.low(), group * cache.high()));
                Interval whole = work(bytes, 2.0 * group * model.activeParameters());
                yield plus(whole, transfers(group, devices));
            }
        };
    }

    private int parts() {
        return model.cache().map(ContextCache::parts).orElse(1);
    }

    private static Interval exactly(double value) {
        return new Interval(value, value);
    }

    private Interval work(Interval bytes, double operations) {
        double bandwidth = machine.bandwidth().orElse(0);
        // Kernels for 8 or 4 bits may be in use, or those for 16.
        double fastest = machine.fastestPeak().orElse(0);
        double usual = machine.usualPeak().orElse(0);
        double fast = Math.max(
                bytes.low() / (bandwidth * efficiency.bandwidth().high()),
                operations / (fastest * efficiency.compute().high()));
        double slow = bytes.high() / (bandwidth * efficiency.bandwidth().low())
                + operations / (usual * efficiency.compute().low());
        return new Interval(
                fast + efficiency.stepOverhead().low(),
                slow + efficiency.stepOverhead().high());
    }

    private Interval exchanges(double tokens) {
        int devices = parallelism.devices();
        if (devices == 1) {
            return new Interval(0, 0);
        }
        double times = 2.0 * model.layers().orElse(0);
        double bytes = 2.0 * (devices - 1) / devices * tokens * model.width().orElse(0) * ACTIVATION_BYTES;
        double seconds = bytes / machine.link().orElse(1);
        return new Interval(times * (seconds + EXCHANGE.low()), times * (2 * seconds + EXCHANGE.high()));
    }

    private Interval transfers(double tokens, int hops) {
        if (parallelism.devices() == 1) {
            return new Interval(0, 0);
        }
        double seconds = tokens
                * model.width().orElse(0)
                * ACTIVATION_BYTES
                / machine.link().orElse(1);
        return new Interval(hops * (seconds + EXCHANGE.low()), hops * (2 * seconds + EXCHANGE.high()));
    }

    private static Interval plus(Interval first, Interval second) {
        return new Interval(first.low() + second.low(), first.high() + second.high());
    }
}
