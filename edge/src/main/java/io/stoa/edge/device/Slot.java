package io.stoa.edge.device;

import java.util.Locale;

/** One of the two places for a bundle. */
public enum Slot {
    A,
    B;

    /** The one that is not this. */
    Slot other() {
        return this == A ? B : A;
    }

    String folder() {
        return name().toLowerCase(Locale.ROOT);
    }
}
