package io.stoa.edge.device;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * By what time a bundle's expiry is judged. A device without a network may have a clock that is wrong, and whoever keeps
 * new bundles from a device would like its clock to be behind.
 */
public enum ClockPolicy {
    /** The device's clock, unless it contradicts what a signature says or what it said itself before. */
    DEVICE,
    /** The latest moment that good signatures vouch for; the device's clock does not count. */
    SIGNED;

    /** Clocks are put right by a little now and then. */
    private static final Duration LEEWAY = Duration.ofMinutes(10);

    /**
     * Whether a bundle may be installed as far as time goes.
     *
     * @param refusal why not, as a sentence; absent when it may
     * @param note what a person should know about the clock
     */
    record Judgement(Optional<String> refusal, Optional<String> note) {}

    Judgement judge(BundleFacts facts, DeviceState state, Instant clock) {
        Instant signed = DeviceState.later(state.signedTime(), facts.created());
        return switch (this) {
            case SIGNED ->
                expired(
                        facts,
                        signed,
                        "the latest signed time",
                        clock.isBefore(signed.minus(LEEWAY)) ? Optional.of(behind(clock, signed)) : Optional.empty());
            case DEVICE -> {
                if (clock.isBefore(signed.minus(LEEWAY))) {
                    yield new Judgement(
                            Optional.of(
                                    behind(clock, signed) + ", so whether the bundle has expired cannot be judged; set"
                                            + " the clock, or judge by signed times with --clock signed"),
                            Optional.empty());
                }
                if (clock.isBefore(state.clockTime().minus(LEEWAY))) {
                    yield new Judgement(
                            Optional.of("this device's clock says " + clock + ", but has said " + state.clockTime()
                                    + " before: it was wrong then or is now; set it, or judge by signed times with"
                                    + " --clock signed"),
                            Optional.empty());
                }
                yield expired(facts, clock, "this device's clock", Optional.empty());
            }
        };
    }

    private static String behind(Instant clock, Instant signed) {
        return "this device's clock says " + clock + ", but signatures vouch for " + signed;
    }

    private static Judgement expired(BundleFacts facts, Instant now, String by, Optional<String> note) {
        return new Judgement(
                facts.expires()
                        .filter(end -> !end.isAfter(now))
                        .map(end -> "the bundle expired at " + end + " (" + by + " says " + now
                                + "); get a newer one from its publisher"),
                note);
    }
}
