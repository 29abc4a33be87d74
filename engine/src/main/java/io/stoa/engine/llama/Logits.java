package io.stoa.engine.llama;

import io.stoa.model.StoaException;

/** The logits of one position: one number per token of the vocabulary. */
final class Logits {
    private final float[] values;
    private final int mostLikely;

    /**
     * Checks the logits. Minus infinity (a token that can never come) is fine.
     *
     * @throws StoaException of kind {@code ENGINE} when one is not a number, one is infinite or none is finite
     */
    Logits(float[] values) {
        float max = Float.NEGATIVE_INFINITY;
        int best = -1;
        boolean notANumber = false;
        for (int i = 0; i < values.length; i++) {
            float value = values[i];
            notANumber |= Float.isNaN(value);
            if (value > max) {
                max = value;
                best = i;
            }
        }
        if (notANumber || best < 0 || max == Float.POSITIVE_INFINITY) {
            throw StoaException.engine(
                    "the model computes logits that are not finite numbers: its weights are damaged or"
                            + " do not suit this engine; compare the file's digest with its source and download it again");
        }
        this.values = values;
        this.mostLikely = best;
    }

    /** The token with the highest logit; of equals the one with the lowest id, so that greedy answers never vary. */
    int mostLikely() {
        return mostLikely;
    }

    /** ln Σ exp(logit), in double, with the maximum taken out first so that no term overflows. */
    double logNormalizer() {
        double max = values[mostLikely];
        double sum = 0;
        for (float value : values) {
            sum += Math.exp(value - max);
        }
        return max + Math.log(sum);
    }

    /** ln p(token), given {@link #logNormalizer()}, which several questions about one position share. */
    double logProbability(int token, double logNormalizer) {
        return values[token] - logNormalizer;
    }
}
