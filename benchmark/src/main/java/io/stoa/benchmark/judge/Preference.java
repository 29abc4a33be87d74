package io.stoa.benchmark.judge;

/** What a judge said of one pair in both orders. */
public sealed interface Preference {
    /** Names the pair. */
    String id();

    /** Both orders were read. */
    record Compared(String id, Outcome outcome) implements Preference {}

    /** One order or both had no verdict. The pair is left out and counted. */
    record Dropped(String id, Unreadable why) implements Preference {}

    /** What both orders together say. */
    enum Outcome {
        /** The one is better in both orders. */
        ONE(1, true),
        /** The other is better in both orders. */
        OTHER(0, true),
        /** A tie in both orders. */
        TIE(0.5, true),
        /** Whatever is shown first is better: counts as a tie. */
        ALWAYS_FIRST(0.5, false),
        /** Whatever is shown second is better: counts as a tie. */
        ALWAYS_SECOND(0.5, false),
        /** A tie in one order, a winner in the other: counts as a tie. */
        UNDECIDED(0.5, false);

        private final double score;
        private final boolean consistent;

        Outcome(double score, boolean consistent) {
            this.score = score;
            this.consistent = consistent;
        }

        /** What the one gets: 1 for better, ½ for a tie, 0 for worse. */
        public double score() {
            return score;
        }

        /** Whether both orders say the same. */
        public boolean consistent() {
            return consistent;
        }
    }
}
