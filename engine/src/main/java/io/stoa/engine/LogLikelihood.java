package io.stoa.engine;

import java.util.List;

/**
 * The log-likelihood of a continuation.
 *
 * @param promptTokens how many tokens stand before it, as the engine counted them
 * @param tokens the natural logarithm of each token's probability, in order
 * @param greedy whether each token was the most likely one
 */
public record LogLikelihood(int promptTokens, List<Double> tokens, boolean greedy) {
    public LogLikelihood {
        tokens = List.copyOf(tokens);
    }

    /** Σ ln p, in nats. */
    public double sum() {
        return tokens.stream().mapToDouble(Double::doubleValue).sum();
    }
}
