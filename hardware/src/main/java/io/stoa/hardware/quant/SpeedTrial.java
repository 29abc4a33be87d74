package io.stoa.hardware.quant;

import io.stoa.hardware.speed.SpeedMeasurement;
import java.nio.file.Path;

/** Measures how fast a file runs. Implemented where engines are opened. */
public interface SpeedTrial {
    /** Measures a file. */
    SpeedMeasurement measure(Path gguf);

    /** All that the speed depends on besides the file: the machine, its threads, and the lengths of prompt and answer. */
    String identity();
}
