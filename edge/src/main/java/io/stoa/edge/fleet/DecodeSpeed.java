package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.memory.ContextCache;
import io.stoa.hardware.roofline.ModelFacts;
import io.stoa.model.Interval;
import java.util.Optional;
import java.util.OptionalDouble;

/** How fast a device answers, one answer at a time. */
public sealed interface DecodeSpeed {
    /** Tokens per second that nothing exceeds: bandwidth ÷ bytes read by a token. Empty where the bandwidth is unknown. */
    OptionalDouble bound();

    /**
     * It can be estimated.
     *
     * @param bytesPerToken the weights and the cache in the middle of an answer, in bytes
     * @param most the bound, tokens per second
     * @param expected the expected speed; empty where nothing was measured on the class
     * @param tokensPerSecond where it lies
     * @param promptSeconds how long a prompt takes: at least one reading of the weights, and no longer than if it were
     *     read token by token
     * @param basis how the share of the bandwidth is known
     */
    record Estimated(
            Interval bytesPerToken,
            double most,
            OptionalDouble expected,
            Interval tokensPerSecond,
            Interval promptSeconds,
            String basis)
            implements DecodeSpeed {
        public Estimated {
            requireNonNull(bytesPerToken, "bytesPerToken");
            requireNonNull(expected, "expected");
            requireNonNull(tokensPerSecond, "tokensPerSecond");
            requireNonNull(promptSeconds, "promptSeconds");
            requireNonNull(basis, "basis");
            if (tokensPerSecond.high() > most * (1 + 1e-9)) {
                throw new IllegalArgumentException("faster than its bound: " + tokensPerSecond + ", " + most);
            }
        }

        @Override
        public OptionalDouble bound() {
            return OptionalDouble.of(most);
        }

        /** Seconds of a whole request. */
        public Interval requestSeconds(Workload workload) {
            return new Interval(
                    promptSeconds.low() + workload.answerTokens() / tokensPerSecond.high(),
                    promptSeconds.high() + workload.answerTokens() / tokensPerSecond.low());
        }
    }

    /**
     * It cannot.
     *
     * @param bound of the weights alone, where the bandwidth is known
     * @param reason a clause that says what is missing
     */
    record Unknown(OptionalDouble bound, String reason) implements DecodeSpeed {
        public Unknown {
            requireNonNull(bound, "bound");
            if (reason.isBlank()) {
                throw new IllegalArgumentException("an unknown speed says why");
            }
        }
    }

    /** Looks at one model on one device. */
    static DecodeSpeed of(FleetModel model, DeviceClass device, Workload workload) {
        if (device.bandwidth().isEmpty()) {
            return new Unknown(OptionalDouble.empty(), "the bandwidth of " + device.name() + " is not known");
        }
        double bandwidth = device.bandwidth().getAsDouble();
        ModelFacts facts = model.facts();
        double weights = facts.expectedStepBytes(1);
        if (device.cache().isPresent() && weights <= device.cache().get().count()) {
            return new Unknown(
                    OptionalDouble.empty(),
                    "its weights fit the device's cache of " + device.cache().get()
                            + ", so bandwidth says nothing; measure it");
        }
        Optional<ContextCache> cache = facts.cache();
        if (cache.isEmpty()) {
            return new Unknown(
                    OptionalDouble.of(bandwidth / weights),
                    "its cache is not known, so only the bound of its weights is");
        }
        double context = workload.promptTokens() + workload.answerTokens() / 2.0;
        double scale =
                8.0 * workload.cacheType().blockBytes() / workload.cacheType().blockElements() / 16;
        Interval bytes = new Interval(
                weights + scale * cache.get().least(context),
                weights + scale * cache.get().kept(context));
        BandwidthShare share = BandwidthShare.of(device.measured(), bandwidth);
        Interval speed = new Interval(
                share.interval().low() * bandwidth / bytes.high(),
                share.interval().high() * bandwidth / bytes.low());
        double middle = (bytes.low() + bytes.high()) / 2;
        return new Estimated(
                bytes,
                bandwidth / bytes.low(),
                share.expected().isPresent()
                        ? OptionalDouble.of(share.expected().getAsDouble() * bandwidth / middle)
                        : OptionalDouble.empty(),
                speed,
                new Interval(weights / bandwidth, Math.max(weights / bandwidth, workload.promptTokens() / speed.low())),
                share.basis());
    }
}
