package io.stoa.engine.llama;

/**
 * One position of a text on a base and on a model.
 *
 * @param logProbability ln p_model of the text's own next token
 * @param logProbabilityBase ln p_base of it
 * @param divergence KL(base ‖ model) = Σ p_base ln(p_base / p_model), in nats
 * @param sameTop whether both hold the same token for the likeliest
 */
record RowComparison(double logProbability, double logProbabilityBase, double divergence, boolean sameTop) {
    /** Below this log-probability llama-perplexity leaves a token out of the sum. */
    private static final float LEAST = -16;

    private static final float STEPS = 65_535;

    /** p_model − p_base of the text's own token. */
    double probabilityChange() {
        return Math.exp(logProbability) - Math.exp(logProbabilityBase);
    }

    /** Compares in full precision. */
    static RowComparison exact(Logits base, Logits model, int next) {
        double normalizer = model.logNormalizer();
        double normalizerBase = base.logNormalizer();
        return new RowComparison(
                model.logProbability(next, normalizer),
                base.logProbability(next, normalizerBase),
                base.divergence(normalizerBase, model, normalizer),
                base.mostLikely() == model.mostLikely());
    }

    /**
     * Compares as llama-perplexity does, whose file of the base's log-probabilities has 16 bits for each: a row is cut at
     * 16 nats below its maximum and divided into 65,535 equal steps, and what lies below e⁻¹⁶ is left out. Its figures
     * are reached only with the same rounding (format: {@code tools/perplexity/perplexity.cpp} at llama.cpp v0.5.0).
     */
    static RowComparison stored(Logits base, Logits model, int next) {
        float most = base.value(base.mostLikely());
        float least = most + LEAST;
        float smallest = Float.POSITIVE_INFINITY;
        for (int token = 0; token < base.size(); token++) {
            smallest = Math.min(smallest, base.value(token));
        }
        least = Math.max(least, smallest);
        float logSum = (float) (base.logNormalizer() - most);
        float lowest = least - most - logSum;
        float step = (most - least) / STEPS;
        double normalizer = model.logNormalizer();
        double sum = 0;
        int top = 0;
        float topValue = Float.NEGATIVE_INFINITY;
        float own = lowest;
        for (int token = 0; token < base.size(); token++) {
            float above = base.value(token) - least;
            float value = above > 0 && step > 0 ? step * (float) Math.rint(above / step) + lowest : lowest;
            if (value > topValue) {
                topValue = value;
                top = token;
            }
            if (token == next) {
                own = value;
            }
            if (value > LEAST) {
                sum += Math.exp(value) * (value - model.logProbability(token, normalizer));
            }
        }
        return new RowComparison(model.logProbability(next, normalizer), own, sum, top == model.mostLikely());
    }
}
