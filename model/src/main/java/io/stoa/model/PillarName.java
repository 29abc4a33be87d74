package io.stoa.model;

import java.util.Locale;

/** The four columns. */
public enum PillarName {
    BENCHMARK,
    HARDWARE,
    LICENSE,
    INTEGRATION;

    /** The name as it is written in files and on screens. */
    public String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }
}
