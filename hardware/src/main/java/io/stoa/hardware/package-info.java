/**
 * Pillar two: does it fit, how fast is it, and how small may it get.
 *
 * <p>{@link io.stoa.hardware.HardwarePillar} plans two checks per candidate. {@code hardware/memory} loads nothing: it
 * predicts llama.cpp's buffers from the GGUF header ({@link io.stoa.hardware.memory}) and holds them against the machine.
 * {@code hardware/speed} runs the model ({@link io.stoa.hardware.speed}) and holds the time to the first token and the
 * time per output token against the workload's targets, deciding on intervals: an interval that straddles a target
 * decides nothing. {@link io.stoa.hardware.machine} reads what the machine at hand has, {@link io.stoa.hardware.quant}
 * finds the smallest quantization that loses no more than a margin, {@link io.stoa.hardware.cost} and {@link
 * io.stoa.hardware.plan} say what serving costs and where, and {@link io.stoa.hardware.deploy} writes what serves the
 * model.
 */
@NullMarked
package io.stoa.hardware;

import org.jspecify.annotations.NullMarked;
