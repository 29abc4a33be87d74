package io.stoa.engine.llama;

import io.stoa.engine.ScoredToken;
import io.stoa.model.StoaException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.PriorityQueue;

/**
 * The logits of one position: one number per token of the vocabulary. A view: the array is not copied.
 *
 * <p>They are kept as the bits of their floats. Bits with the lower ones flipped where negative order as the floats do
 * ({@link #order}), and Java's compiler turns a maximum of ints into vector instructions but not one of floats: ten
 * times faster, for each token of each answer (measured on a vocabulary of 49,152).
 */
final class Logits {
    /** So many values are searched for their maximum at once; where it lies is then looked up in that block. */
    static final int BLOCK = 1024;

    private static final int POSITIVE_INFINITY = order(Float.floatToRawIntBits(Float.POSITIVE_INFINITY));
    private static final int NEGATIVE_INFINITY = order(Float.floatToRawIntBits(Float.NEGATIVE_INFINITY));

    private final int[] bits;
    private final int mostLikely;

    /**
     * Checks the logits. Minus infinity (a token that can never come) is fine.
     *
     * @param bits of each float
     * @throws StoaException of kind {@code ENGINE} when one is not a number, one is infinite or none is finite
     */
    Logits(int[] bits) {
        Peak peak = new Peak();
        for (int start = 0; start < bits.length; start += BLOCK) {
            peak.add(bits, start, Math.min(start + BLOCK, bits.length), start);
        }
        this.bits = bits;
        this.mostLikely = peak.mostLikely();
    }

    /** Finds the token with the highest logit while the values come in blocks, and checks them. */
    static final class Peak {
        private int max = Integer.MIN_VALUE;
        private int min = Integer.MAX_VALUE;
        private int best;

        /** Looks at the bits of the logits of {@code token} and those after it: an array's elements in a range. */
        void add(int[] bits, int start, int end, int token) {
            int most = Integer.MIN_VALUE;
            int least = Integer.MAX_VALUE;
            for (int i = start; i < end; i++) {
                int value = order(bits[i]);
                most = Math.max(most, value);
                least = Math.min(least, value);
            }
            min = Math.min(min, least);
            if (most > max) {
                max = most;
                int at = start;
                while (order(bits[at]) != most) {
                    at++;
                }
                best = token + at - start;
            }
        }

        /**
         * The token with the highest logit; of equals the one with the lowest id, so that greedy answers never vary.
         *
         * @throws StoaException of kind {@code ENGINE} when a value was not a number, one infinite or none finite
         */
        int mostLikely() {
            // NaNs lie beyond the infinities, on both sides.
            if (max <= NEGATIVE_INFINITY || max >= POSITIVE_INFINITY || min < NEGATIVE_INFINITY) {
                throw StoaException.engine(
                        "the model computes logits that are not finite numbers: its weights are damaged or"
                                + " do not suit this engine; compare the file's digest with its source and download it"
                                + " again");
            }
            return best;
        }
    }

    /** A number that is greater where the float is; of the zeros the negative one is the smaller. */
    private static int order(int bits) {
        return bits ^ ((bits >> (Integer.SIZE - 1)) & Integer.MAX_VALUE);
    }

    /** How many tokens the vocabulary has. */
    int size() {
        return bits.length;
    }

    /** Writes the bits of all logits behind {@code offset} bytes. */
    void copyTo(MemorySegment into, long offset) {
        MemorySegment.copy(bits, 0, into, ValueLayout.JAVA_INT, offset, bits.length);
    }

    /** The logit of a token. */
    float value(int token) {
        return Float.intBitsToFloat(bits[token]);
    }

    /** The token with the highest logit; of equals the one with the lowest id, so that greedy answers never vary. */
    int mostLikely() {
        return mostLikely;
    }

    /** ln Σ exp(logit), in double, with the maximum taken out first so that no term overflows. */
    double logNormalizer() {
        double max = value(mostLikely);
        double sum = 0;
        for (int bit : bits) {
            sum += Math.exp(Float.intBitsToFloat(bit) - max);
        }
        return max + Math.log(sum);
    }

    /** ln p(token), given {@link #logNormalizer()}, which several questions about one position share. */
    double logProbability(int token, double logNormalizer) {
        return value(token) - logNormalizer;
    }

    /** KL(this ‖ other) = Σ p ln(p / q), in nats, given both normalizers. */
    double divergence(double logNormalizer, Logits other, double otherNormalizer) {
        double sum = 0;
        for (int token = 0; token < bits.length; token++) {
            double logP = value(token) - logNormalizer;
            double p = Math.exp(logP);
            if (p > 0) {
                sum += p * (logP - (other.value(token) - otherNormalizer));
            }
        }
        return sum;
    }

    /** A token with its log-probability, and the likeliest tokens of this position. */
    ScoredToken scored(int token, double logNormalizer, int alternatives) {
        // A heap of the best so far, its worst on top; of equals the lower id is the better.
        Comparator<Integer> better =
                Comparator.<Integer>comparingDouble(this::value).thenComparing(Comparator.reverseOrder());
        PriorityQueue<Integer> best = new PriorityQueue<>(better);
        for (int id = 0; alternatives > 0 && id < bits.length; id++) {
            if (best.size() < alternatives) {
                best.add(id);
            } else if (value(id) > value(best.element())) {
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
