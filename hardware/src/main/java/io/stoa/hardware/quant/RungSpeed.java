package io.stoa.hardware.quant;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.speed.SpeedMeasurement;
import io.stoa.hardware.speed.Spread;
import java.util.Optional;

/**
 * Tokens per second.
 *
 * @param prompt of reading
 * @param generation of writing; empty where no answer had two tokens
 * @param undisturbed whether others left the machine alone meanwhile
 */
public record RungSpeed(Spread prompt, Optional<Spread> generation, boolean undisturbed) {
    public RungSpeed {
        requireNonNull(prompt, "prompt");
        requireNonNull(generation, "generation");
    }

    static RungSpeed of(SpeedMeasurement measured) {
        return new RungSpeed(measured.promptThroughput(), measured.generationThroughput(), measured.undisturbed());
    }
}
