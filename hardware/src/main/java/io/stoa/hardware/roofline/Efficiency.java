package io.stoa.hardware.roofline;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.machine.MachineType;
import io.stoa.model.Interval;

/**
 * The shares of a machine's peaks that an engine reaches, with their uncertainty. This is where a calibration comes in:
 * whoever has measured gives narrower intervals.
 *
 * @param bandwidth share of the memory's bandwidth while weights and cache are read, in (0, 1]
 * @param compute share of the processor's peak while prompts are read, in (0, 1]
 * @param stepOverhead seconds that a step takes beside both
 * @param basis how this is known
 */
public record Efficiency(Interval bandwidth, Interval compute, Interval stepOverhead, String basis) {
    public Efficiency {
        requireShare("bandwidth", bandwidth);
        requireShare("compute", compute);
        requireNonNull(basis, "basis");
        if (!(stepOverhead.low() >= 0)) {
            throw new IllegalArgumentException("the overhead of a step cannot be negative: " + stepOverhead);
        }
    }

    private static void requireShare(String what, Interval share) {
        if (!(share.low() > 0 && share.high() <= 1)) {
            throw new IllegalArgumentException("the share of " + what + " lies in (0, 1]: " + share);
        }
    }

    /**
     * What is known without a measurement: wide enough for the published measurements of llama.cpp and MLC that the
     * tests hold against it (45 to 82 % of bandwidth, 12 to 45 % of 16-bit peaks on one prompt), and no more than that.
     */
    public static Efficiency unmeasured(MachineType.Kind kind) {
        return switch (kind) {
            case GPU ->
                new Efficiency(
                        new Interval(0.45, 0.92), new Interval(0.10, 0.75), new Interval(0, 0.0015), "not measured");
            case CPU ->
                new Efficiency(
                        new Interval(0.35, 0.90), new Interval(0.05, 0.70), new Interval(0, 0.002), "not measured");
            case UNIFIED ->
                new Efficiency(
                        new Interval(0.40, 0.92), new Interval(0.10, 0.75), new Interval(0, 0.002), "not measured");
        };
    }
}
