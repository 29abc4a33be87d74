package io.stoa.hardware.plan;

import io.stoa.model.Interval;
import java.util.OptionalDouble;

/** Where an interval lies against a target. */
public enum Standing {
    MEETS,
    UNDECIDED,
    MISSES;

    /** Against the most that is allowed; met where there is no target. */
    static Standing atMost(Interval value, OptionalDouble most) {
        if (most.isEmpty() || value.high() <= most.getAsDouble()) {
            return MEETS;
        }
        return value.low() > most.getAsDouble() ? MISSES : UNDECIDED;
    }

    /** Against the least that is wanted. */
    static Standing atLeast(Interval value, double least) {
        if (value.low() >= least) {
            return MEETS;
        }
        return value.high() < least ? MISSES : UNDECIDED;
    }

    /** The worse of two: both have to be met. */
    Standing and(Standing other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
