package io.stoa.hardware.quant;

import io.stoa.hardware.speed.SpeedMeasurement;
import io.stoa.hardware.speed.Spread;

/**
 * Tokens per second, medians with their intervals.
 *
 * @param prompt of reading
 * @param promptLow the least that is still possible
 * @param promptHigh the most
 * @param generation of writing; 0 where no answer had two tokens
 * @param undisturbed whether others left the machine alone meanwhile
 */
public record RungSpeed(
        double prompt,
        double promptLow,
        double promptHigh,
        double generation,
        double generationLow,
        double generationHigh,
        boolean undisturbed) {
    static RungSpeed of(SpeedMeasurement measured) {
        Spread prompt = measured.promptThroughput();
        return measured.generationThroughput()
                .map(generation -> new RungSpeed(
                        prompt.median(),
                        prompt.interval().low(),
                        prompt.interval().high(),
                        generation.median(),
                        generation.interval().low(),
                        generation.interval().high(),
                        measured.undisturbed()))
                .orElseGet(() -> new RungSpeed(
                        prompt.median(),
                        prompt.interval().low(),
                        prompt.interval().high(),
                        0,
                        0,
                        0,
                        measured.undisturbed()));
    }
}
