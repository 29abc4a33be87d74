package io.stoa.benchmark.stats;

import java.util.Optional;

/** When enough has been seen of two candidates on the same items. May be asked after every item. */
public sealed interface StoppingRule {
    /** What the items say. */
    enum Outcome {
        FIRST_BETTER,
        SECOND_BETTER,
        /** The difference is smaller than anybody cares about, whichever way it goes. */
        ALIKE,
        /** The first is not worse by the margin or more. */
        NOT_INFERIOR,
        /** The first is worse. */
        INFERIOR
    }

    /** The outcome, or nothing while more items are needed. */
    Optional<Outcome> decide(SequentialDifference differences);

    /**
     * Which of two is better. The probability that a difference of 0 is ever called one is at most 1 − confidence.
     *
     * @param confidence such as 0.95
     * @param alike a difference below this, such as 0.01, needs no decision: the run stops as futile
     */
    record Better(double confidence, double alike) implements StoppingRule {
        public Better {
            Proportions.requireShare(confidence);
            Proportions.requireShare(alike);
        }

        @Override
        public Optional<Outcome> decide(SequentialDifference differences) {
            double needed = -Math.log((1 - confidence) / 2);
            if (differences.logEvidenceAbove(0) >= needed) {
                return Optional.of(Outcome.FIRST_BETTER);
            }
            if (differences.logEvidenceBelow(0) >= needed) {
                return Optional.of(Outcome.SECOND_BETTER);
            }
            boolean alike = differences.logEvidenceBelow(this.alike) >= needed
                    && differences.logEvidenceAbove(-this.alike) >= needed;
            return alike ? Optional.of(Outcome.ALIKE) : Optional.empty();
        }
    }

    /**
     * Whether the first may replace the second: it is not worse by {@code margin} or more. Each wrong answer has a
     * probability of at most 1 − confidence: "not inferior" where it is worse by the margin, "inferior" where it is not
     * worse at all.
     *
     * @param confidence one-sided, such as 0.95
     * @param margin the loss that is still accepted, such as 0.02
     */
    record NonInferior(double confidence, double margin) implements StoppingRule {
        public NonInferior {
            Proportions.requireShare(confidence);
            Proportions.requireShare(margin);
        }

        @Override
        public Optional<Outcome> decide(SequentialDifference differences) {
            double needed = -Math.log(1 - confidence);
            if (differences.logEvidenceAbove(-margin) >= needed) {
                return Optional.of(Outcome.NOT_INFERIOR);
            }
            return differences.logEvidenceBelow(0) >= needed ? Optional.of(Outcome.INFERIOR) : Optional.empty();
        }
    }
}
