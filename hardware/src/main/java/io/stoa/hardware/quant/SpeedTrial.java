package io.stoa.hardware.quant;

import io.stoa.hardware.speed.SpeedMeasurement;
import java.nio.file.Path;

/** Measures how fast a file runs. Implemented where engines are opened. */
@FunctionalInterface
public interface SpeedTrial {
    /** Measures a file. */
    SpeedMeasurement measure(Path gguf);
}
