package io.stoa.engine.llama;

/**
 * How well a model foretells a text, with llama-perplexity's windows: the text is cut into windows of the context's
 * length, the first half of each is read only, and each token of the second half counts.
 *
 * @param windows how many there were
 * @param tokens how many tokens counted
 * @param meanNegativeLogLikelihood in nats a token
 * @param standardError of that mean: √((Σx²/n − mean²) / (n − 1)), as llama-perplexity has it; neighbours in a text are
 *     not independent, so the truth is wider
 */
public record Perplexity(int windows, long tokens, double meanNegativeLogLikelihood, double standardError) {
    /** exp(mean negative log-likelihood). */
    public double perplexity() {
        return Math.exp(meanNegativeLogLikelihood);
    }

    /** Its standard error, carried over by the derivative: perplexity × that of the mean. */
    public double perplexityError() {
        return perplexity() * standardError;
    }
}
