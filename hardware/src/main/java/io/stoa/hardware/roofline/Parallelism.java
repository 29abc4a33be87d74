package io.stoa.hardware.roofline;

import java.util.Locale;

/**
 * How several devices share one model.
 *
 * @param way what is split
 * @param devices how many, at least 1
 */
public record Parallelism(Way way, int devices) {
    public static final Parallelism NONE = new Parallelism(Way.TENSOR, 1);

    /** What is split over the devices. */
    public enum Way {
        /** Every matrix: each step uses all devices, and they add up their parts twice a layer. */
        TENSOR,
        /** The layers: each device computes its own, one after the other, on different streams at the same time. */
        PIPELINE
    }

    public Parallelism {
        if (devices < 1) {
            throw new IllegalArgumentException("a model needs at least one device: " + devices);
        }
    }

    @Override
    public String toString() {
        return devices == 1 ? "1 device" : devices + " × " + way.name().toLowerCase(Locale.ROOT);
    }
}
