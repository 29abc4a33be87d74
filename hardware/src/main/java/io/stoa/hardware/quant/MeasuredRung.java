package io.stoa.hardware.quant;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A rung that was made and measured.
 *
 * @param type its quantization, such as {@code Q4_K_M}
 * @param bytes of its file
 * @param bitsPerWeight over all tensors
 * @param decision against the margins
 * @param windowsRead until it was decided
 * @param windows that the text has
 * @param divergence KL(base ‖ rung), in nats a token
 * @param logRatio ln(PPL(rung) / PPL(base))
 * @param flips the share of tokens with another likeliest token
 * @param speed where it was measured
 * @param task where one was asked
 */
public record MeasuredRung(
        String type,
        long bytes,
        double bitsPerWeight,
        Decision decision,
        int windowsRead,
        int windows,
        RungTally.Found divergence,
        RungTally.Found logRatio,
        RungTally.Found flips,
        Optional<RungSpeed> speed,
        Optional<TaskOutcome> task) {
    public MeasuredRung {
        requireNonNull(type, "type");
        requireNonNull(decision, "decision");
        requireNonNull(speed, "speed");
        requireNonNull(task, "task");
    }

    /** The rung's perplexity as a multiple of the base's. */
    public double perplexityRatio() {
        return Math.exp(logRatio.value());
    }
}
