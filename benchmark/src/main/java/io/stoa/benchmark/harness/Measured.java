package io.stoa.benchmark.harness;

import java.util.List;

/** What one document contributes to one metric, before it is aggregated. */
public sealed interface Measured {
    /** A score of its own, to be averaged. */
    record Value(double value) implements Measured {}

    /**
     * Log-likelihoods that are weighted by length.
     *
     * @param logLikelihood Σ ln p in nats
     * @param weight words or bytes
     */
    record Weighted(double logLikelihood, double weight) implements Measured {}

    /** A choice, for F1 and Matthews' correlation. */
    record Label(int gold, int predicted) implements Measured {}

    /** Probabilities of all choices, for the Brier score. */
    record Distribution(int gold, List<Double> probabilities) implements Measured {
        public Distribution {
            probabilities = List.copyOf(probabilities);
        }
    }

    /** A text beside its references, for BLEU, chrF and TER. */
    record Texts(List<String> references, String prediction) implements Measured {
        public Texts {
            references = List.copyOf(references);
        }
    }

    /** Several decisions, pooled over all documents. */
    record Flags(List<Boolean> flags) implements Measured {
        public Flags {
            flags = List.copyOf(flags);
        }
    }
}
