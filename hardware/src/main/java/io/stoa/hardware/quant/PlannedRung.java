package io.stoa.hardware.quant;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.llama.PlannedQuantization;

/**
 * A rung that could be made.
 *
 * @param type its quantization
 * @param plan its size, to the byte, and its tensors' types
 */
public record PlannedRung(String type, PlannedQuantization plan) {
    public PlannedRung {
        requireNonNull(type, "type");
        requireNonNull(plan, "plan");
    }
}
