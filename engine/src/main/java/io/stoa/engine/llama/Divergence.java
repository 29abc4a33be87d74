package io.stoa.engine.llama;

/**
 * How far a model, usually a quantized one, is from its base on the same text, with llama-perplexity's statistics
 * ({@code --kl-divergence}). Every mean has its standard error beside it.
 *
 * @param model the model's own perplexity
 * @param base its base's
 * @param logRatio ln(PPL(model) / PPL(base)), its error with the covariance of both
 * @param correlation of the negative log-likelihoods' means
 * @param divergence KL(base ‖ model) = Σ p_base ln(p_base / p_model), in nats a token
 * @param probabilityChange p_model − p_base of the text's own tokens
 * @param probabilityChangeRms its root mean square
 * @param sameTop the share of tokens for which both hold the same one for the likeliest
 */
public record Divergence(
        Perplexity model,
        Perplexity base,
        Estimate logRatio,
        double correlation,
        Estimate divergence,
        Spread divergences,
        Estimate probabilityChange,
        Spread probabilityChanges,
        Estimate probabilityChangeRms,
        Estimate sameTop) {
    /** A value and its standard error. */
    public record Estimate(double value, double standardError) {}

    /** Of many values the least, some percentiles (linear between ranks) and the greatest. */
    public record Spread(
            double minimum,
            double p1,
            double p5,
            double p10,
            double median,
            double p90,
            double p95,
            double p99,
            double p999,
            double maximum) {}
}
