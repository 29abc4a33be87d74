package io.stoa.benchmark.judge;

/** What a judge said of one item. */
public sealed interface Judgement {
    /** Names the item. */
    String id();

    /**
     * A verdict.
     *
     * @param score from 0 to 1
     * @param text all that the judge said
     */
    record Verdict(String id, double score, String text) implements Judgement {
        public Verdict {
            if (!(score >= 0 && score <= 1)) {
                throw new IllegalArgumentException("a score lies in [0, 1]: " + score);
            }
        }
    }

    /** No verdict. The item is left out and counted. */
    record Dropped(String id, Unreadable why, String text) implements Judgement {}
}
