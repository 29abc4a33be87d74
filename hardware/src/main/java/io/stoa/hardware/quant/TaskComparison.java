package io.stoa.hardware.quant;

import java.nio.file.Path;

/** Asks base and rung the same items of a task. Implemented where benchmarks are at hand. */
public interface TaskComparison {
    /** Compares a rung with the base. */
    TaskOutcome compare(Path base, Path rung);

    /** All that the outcome depends on besides the two files: the documents, how they are asked, and when it is decided. */
    String identity();
}
