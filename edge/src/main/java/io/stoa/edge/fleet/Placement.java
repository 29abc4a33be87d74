package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.plan.Standing;
import io.stoa.model.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One model on one class of devices.
 *
 * @param model what would run
 * @param fit whether it fits
 * @param speed how fast it answers
 * @param energy what that draws; empty where power or speed is not known
 * @param standing whether it fits, is fast enough and can serve the day's requests
 * @param reasons what speaks against it or leaves it open, as sentences
 */
public record Placement(
        FleetModel model,
        Fit fit,
        DecodeSpeed speed,
        Optional<EnergyUse> energy,
        Standing standing,
        List<String> reasons) {
    public Placement {
        requireNonNull(model, "model");
        requireNonNull(fit, "fit");
        requireNonNull(speed, "speed");
        requireNonNull(energy, "energy");
        requireNonNull(standing, "standing");
        reasons = List.copyOf(reasons);
        if (standing != Standing.MEETS && reasons.isEmpty()) {
            throw new IllegalArgumentException(model.label() + " does not surely do, and nobody says why");
        }
    }

    /** Looks at one model on one device. */
    static Placement of(FleetModel model, DeviceClass device, Workload workload) {
        Fit fit = Fit.of(model, device, workload);
        DecodeSpeed speed = DecodeSpeed.of(model, device, workload);
        Judgement judgement = new Judgement();
        judgement.fit(fit);
        workload.leastTokensPerSecond().ifPresent(least -> judgement.speed(speed, least));
        workload.requestsPerDay().ifPresent(requests -> judgement.load(speed, workload, requests));
        return new Placement(
                model, fit, speed, EnergyUse.of(device, speed, workload), judgement.standing, judgement.reasons);
    }

    /** The worst of what was looked at, with its reasons. */
    private static final class Judgement {
        private Standing standing = Standing.MEETS;
        private final List<String> reasons = new ArrayList<>();

        private void note(Standing worse, String reason) {
            standing = standing.compareTo(worse) >= 0 ? standing : worse;
            reasons.add(reason);
        }

        void fit(Fit fit) {
            switch (fit) {
                case Fit.Fits _ -> {}
                case Fit.TooLarge large ->
                    note(
                            Standing.MISSES,
                            "does not fit: " + large.reason()
                                    + (large.longestContext().isPresent()
                                            ? "; a context of "
                                                    + large.longestContext().getAsInt() + " tokens would fit"
                                            : ""));
                case Fit.Unknown unknown ->
                    note(Standing.UNDECIDED, "whether it fits is not known: " + unknown.reason());
            }
        }

        void speed(DecodeSpeed speed, double least) {
            OptionalDouble bound = speed.bound();
            if (bound.isPresent() && bound.getAsDouble() < least) {
                note(
                        Standing.MISSES,
                        String.format(
                                Locale.ROOT,
                                "too slow: its memory allows %.3g tokens/s at most, and %.3g are wanted",
                                bound.getAsDouble(),
                                least));
                return;
            }
            switch (speed) {
                case DecodeSpeed.Unknown unknown ->
                    note(Standing.UNDECIDED, "its speed is not known: " + unknown.reason());
                case DecodeSpeed.Estimated known -> {
                    Interval tokens = known.tokensPerSecond();
                    String figures = String.format(
                            Locale.ROOT,
                            "%.3g to %.3g tokens/s, and %.3g are wanted",
                            tokens.low(),
                            tokens.high(),
                            least);
                    if (tokens.high() < least) {
                        note(Standing.MISSES, "too slow: " + figures);
                    } else if (tokens.low() < least) {
                        note(Standing.UNDECIDED, "perhaps too slow: " + figures + "; measure it on the device");
                    }
                }
            }
        }

        void load(DecodeSpeed speed, Workload workload, double requests) {
            if (!(speed instanceof DecodeSpeed.Estimated known)) {
                return;
            }
            Interval busy = EnergyUse.busyShare(known, workload).orElseThrow();
            String figures = String.format(
                    Locale.ROOT,
                    "%.4g requests a day would keep it busy for %.3g to %.3g hours",
                    requests,
                    24 * busy.low(),
                    24 * busy.high());
            if (busy.low() > 1) {
                note(Standing.MISSES, "cannot do the work: " + figures);
            } else if (busy.high() > 1) {
                note(Standing.UNDECIDED, "perhaps cannot do the work: " + figures);
            }
        }
    }
}
