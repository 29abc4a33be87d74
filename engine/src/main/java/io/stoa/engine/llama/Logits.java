package io.stoa.engine.llama;

import io.stoa.engine.ScoredToken;
import io.stoa.model.StoaException;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.PriorityQueue;

/** The logits of one position: one number per token of the vocabulary. A view: the array is not copied. */
final class Logits {
    /** So many values are searched for their maximum at once; it is then looked up in the best block only. */
    private static final int BLOCK = 1024;

    private final float[] values;
    private final int mostLikely;

    /**
     * Checks the logits. Minus infinity (a token that can never come) is fine.
     *
     * @throws StoaException of kind {@code ENGINE} when one is not a number, one is infinite or none is finite
     */
    Logits(float[] values) {
        // Math.max is NaN when either is, so that one vectorized reduction finds the maximum and checks every value.
        float max = Float.NEGATIVE_INFINITY;
        int best = 0;
        for (int start = 0; start < values.length && !Float.isNaN(max); start += BLOCK) {
            float most = max(values, start, Math.min(start + BLOCK, values.length));
            if (!(most <= max)) {
                max = most;
                best = start;
            }
        }
        if (!(max > Float.NEGATIVE_INFINITY && max < Float.POSITIVE_INFINITY)) {
            throw StoaException.engine(
                    "the model computes logits that are not finite numbers: its weights are damaged or"
                            + " do not suit this engine; compare the file's digest with its source and download it again");
        }
        while (values[best] != max) {
            best++;
        }
        this.values = values;
        this.mostLikely = best;
    }

    private static float max(float[] values, int from, int to) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            max = Math.max(max, values[i]);
        }
        return max;
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

    /** A token with its log-probability, and the likeliest tokens of this position. */
    ScoredToken scored(int token, double logNormalizer, int alternatives) {
        // A heap of the best so far, its worst on top; of equals the lower id is the better.
        Comparator<Integer> better =
                Comparator.<Integer>comparingDouble(id -> values[id]).thenComparing(Comparator.reverseOrder());
        PriorityQueue<Integer> best = new PriorityQueue<>(better);
        for (int id = 0; alternatives > 0 && id < values.length; id++) {
            if (best.size() < alternatives) {
                best.add(id);
            } else if (values[id] > values[best.element()]) {
                best.remove();
                best.add(id);
            }
        }
        List<ScoredToken.Alternative> top = best.stream()
                .sorted(better.reversed())
                .map(id -> new ScoredToken.Alternative(id, logProbability(id, logNormalizer)))
                .toList();
        return new ScoredToken(token, OptionalDouble.of(logProbability(token, logNormalizer)), top);
    }
}
