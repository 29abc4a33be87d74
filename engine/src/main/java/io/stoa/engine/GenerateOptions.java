package io.stoa.engine;

import java.util.List;

/**
 * How to generate. The samplers are applied in llama.cpp's order: top-k, top-p, min-p, temperature, then a draw.
 *
 * @param maxTokens the most tokens to generate, positive
 * @param temperature 0 is greedy (the other sampler settings are then without effect); at most 100
 * @param topK keep the k most likely tokens; 0 keeps all
 * @param topP keep the smallest set with this much probability, in (0, 1]; 1 keeps all
 * @param minP drop tokens less likely than this times the most likely one, in [0, 1); 0 drops none
 * @param seed of the draw; equal seeds give equal answers on one engine
 * @param stop strings that end the answer and are not part of it
 */
public record GenerateOptions(
        int maxTokens, double temperature, int topK, double topP, double minP, long seed, List<String> stop) {
    public GenerateOptions {
        stop = List.copyOf(stop);
        if (maxTokens < 1) {
            throw new IllegalArgumentException("max tokens must be positive: " + maxTokens);
        }
        if (!(temperature >= 0 && temperature <= 100)) {
            throw new IllegalArgumentException("temperature is not in [0, 100]: " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("top-k is negative: " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("top-p is not in (0, 1]: " + topP);
        }
        if (!(minP >= 0 && minP < 1)) {
            throw new IllegalArgumentException("min-p is not in [0, 1): " + minP);
        }
        if (stop.contains("")) {
            throw new IllegalArgumentException("an empty stop string");
        }
    }

    /** The most likely token each time. */
    public static GenerateOptions greedy(int maxTokens) {
        return new GenerateOptions(maxTokens, 0, 0, 1, 0, 0, List.of());
    }
}
