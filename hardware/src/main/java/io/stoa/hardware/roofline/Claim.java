package io.stoa.hardware.roofline;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.machine.MachineType;
import java.util.OptionalDouble;

/**
 * What somebody says about a model's speed on a machine.
 *
 * @param model what runs
 * @param machine on what
 * @param devices how many of them share the model
 * @param streams answers that are generated at the same time
 * @param contextTokens tokens in each stream's cache while it generates, at least
 * @param promptTokens tokens of a prompt that are computed (not found in a cache)
 * @param draftTokens tokens of speculation that a step may accept beside its own; 0 without speculation
 * @param generation tokens per second of all streams together
 * @param prompt tokens per second of reading a prompt
 * @param timeToFirstToken seconds
 * @param timePerOutputToken seconds from token to token of one stream, on average
 */
public record Claim(
        ModelFacts model,
        MachineType machine,
        int devices,
        int streams,
        int contextTokens,
        int promptTokens,
        int draftTokens,
        OptionalDouble generation,
        OptionalDouble prompt,
        OptionalDouble timeToFirstToken,
        OptionalDouble timePerOutputToken) {
    public Claim {
        requireNonNull(model, "model");
        requireNonNull(machine, "machine");
        if (devices < 1 || streams < 1) {
            throw new IllegalArgumentException("a claim is about at least one device and one stream");
        }
        if (contextTokens < 0 || promptTokens < 0 || draftTokens < 0) {
            throw new IllegalArgumentException("tokens of a claim cannot be negative");
        }
        requirePositive("generation", generation);
        requirePositive("prompt", prompt);
        requirePositive("time to first token", timeToFirstToken);
        requirePositive("time per output token", timePerOutputToken);
    }

    private static void requirePositive(String what, OptionalDouble value) {
        if (value.isPresent() && !(value.getAsDouble() > 0 && Double.isFinite(value.getAsDouble()))) {
            throw new IllegalArgumentException(what + " of a claim must be positive: " + value.getAsDouble());
        }
    }
}
