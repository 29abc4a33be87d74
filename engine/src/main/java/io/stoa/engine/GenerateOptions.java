package io.stoa.engine;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

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
 * @param grammar what the answer must look like, in GBNF (llama.cpp's grammars/README.md) with a rule {@code root}
 * @param alternatives when present, the answer's tokens are told with their log-probabilities and so many likeliest
 *     tokens of each position, 0 to {@value #MOST_ALTERNATIVES}
 */
public record GenerateOptions(
        int maxTokens,
        double temperature,
        int topK,
        double topP,
        double minP,
        long seed,
        List<String> stop,
        Optional<String> grammar,
        OptionalInt alternatives) {
    /** OpenAI's limit of {@code top_logprobs}. */
    public static final int MOST_ALTERNATIVES = 20;

    public GenerateOptions {
        requireNonNull(grammar, "grammar");
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
        if (alternatives.isPresent() && (alternatives.getAsInt() < 0 || alternatives.getAsInt() > MOST_ALTERNATIVES)) {
            throw new IllegalArgumentException(
                    "alternatives are 0 to " + MOST_ALTERNATIVES + ": " + alternatives.getAsInt());
        }
    }

    /** Free text, without log-probabilities. */
    public GenerateOptions(
            int maxTokens, double temperature, int topK, double topP, double minP, long seed, List<String> stop) {
        this(maxTokens, temperature, topK, topP, minP, seed, stop, Optional.empty(), OptionalInt.empty());
    }

    /** The same, in the shape of a grammar. */
    public GenerateOptions withGrammar(String gbnf) {
        return new GenerateOptions(
                maxTokens, temperature, topK, topP, minP, seed, stop, Optional.of(gbnf), alternatives);
    }

    /** The same, telling each token's log-probability and so many alternatives. */
    public GenerateOptions withAlternatives(int count) {
        return new GenerateOptions(
                maxTokens, temperature, topK, topP, minP, seed, stop, grammar, OptionalInt.of(count));
    }

    /** The most likely token each time. */
    public static GenerateOptions greedy(int maxTokens) {
        return new GenerateOptions(maxTokens, 0, 0, 1, 0, 0, List.of());
    }
}
