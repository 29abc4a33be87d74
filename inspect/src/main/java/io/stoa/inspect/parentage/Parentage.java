package io.stoa.inspect.parentage;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;

/**
 * Whether a model is derived from another, and how.
 *
 * @param relation the answer
 * @param tensors how many tensors both have in the same shape and could be compared
 * @param correlation the median over matrices of the correlation of their weights, from -1 to 1
 * @param log10p the logarithm of the probability that rows of independent models match as often as these do
 * @param changed tensors that differ by more than their types explain, with the relative difference, largest first
 * @param reason one sentence
 */
public record Parentage(
        Relation relation, int tensors, double correlation, double log10p, List<Changed> changed, String reason) {
    /** What a model is to the other. */
    public enum Relation {
        /** Every weight is the same. */
        IDENTICAL(true),
        /** The same weights in another type. */
        QUANTIZED(true),
        /** Trained on from it, quantized or not. */
        FINE_TUNED(true),
        /** Made of other weights. */
        NOT_DERIVED(false),
        /** The weights do not tell. */
        UNKNOWN(false);

        private final boolean derived;

        Relation(boolean derived) {
            this.derived = derived;
        }

        public boolean derived() {
            return derived;
        }
    }

    /** A tensor that was changed, by how much of its size. */
    public record Changed(String tensor, double relative) {}

    public Parentage {
        requireNonNull(relation, "relation");
        changed = List.copyOf(changed);
        if (reason.isBlank()) {
            throw new IllegalArgumentException("an answer about parentage gives its reason");
        }
    }

    /** With the figures, for a person. */
    public String sentence() {
        String figures = tensors == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        " %d tensors compared, median correlation %.4f, p %s 10^%d.",
                        tensors,
                        correlation,
                        log10p < -300 ? "<" : "=",
                        (int) Math.max(-300, Math.round(log10p)));
        return reason + figures;
    }
}
