package io.stoa.hardware.machine;

/** What a processor multiplies in, as vendors give its peak: dense, the sums in at least the usual width. */
public enum Precision {
    FP32,
    FP16,
    FP8,
    INT8,
    FP4,
    INT4
}
