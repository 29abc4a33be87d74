package io.stoa.license.use;

/** Kleene's three values. */
enum Truth {
    TRUE,
    UNKNOWN,
    FALSE;

    static Truth of(boolean value) {
        return value ? TRUE : FALSE;
    }

    /** False as soon as one is false, even where the other is unknown. */
    Truth and(Truth other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** True as soon as one is true, even where the other is unknown. */
    Truth or(Truth other) {
        return compareTo(other) <= 0 ? this : other;
    }
}
