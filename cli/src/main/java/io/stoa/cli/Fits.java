package io.stoa.cli;

import io.stoa.model.Bytes;
import java.util.Locale;
import java.util.Optional;

/** Whether what is needed fits what there is. */
enum Fits {
    YES,
    NO,
    UNKNOWN;

    /**
     * Holds a need against a room.
     *
     * @param least what is needed at least
     * @param most what is needed at most, where that is known
     */
    static Fits of(Bytes least, Optional<Bytes> most, Bytes room) {
        if (least.compareTo(room) > 0) {
            return NO;
        }
        return most.filter(bytes -> bytes.compareTo(room) <= 0).isPresent() ? YES : UNKNOWN;
    }

    /** Whether both fit. */
    Fits and(Fits other) {
        if (this == NO || other == NO) {
            return NO;
        }
        return this == YES ? other : UNKNOWN;
    }

    /** As it stands in JSON. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
