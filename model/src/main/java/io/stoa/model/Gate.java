package io.stoa.model;

import java.util.OptionalInt;

/**
 * The score that a task must reach. It is held against the interval, never against the point estimate alone: what the
 * data cannot tell stays undecided.
 *
 * @param least the least acceptable share, in (0, 1]. No finite sample proves a share of exactly 1, so a gate of 1 can
 *     fail but never pass
 */
public record Gate(double least) {
    /** Beyond this many items nobody waits for a decision. */
    private static final int MOST_ITEMS = 1_000_000;

    /** What a score says about a gate. */
    public enum Outcome {
        /** The whole interval is at or above the gate. */
        PASSES,
        /** The whole interval is below the gate. */
        FAILS,
        /** The gate lies inside the interval. */
        UNDECIDED
    }

    public Gate {
        if (!(least > 0 && least <= 1)) {
            throw new IllegalArgumentException("a gate is in (0, 1]: " + least);
        }
    }

    public Outcome decide(Score score) {
        return decide(score.interval());
    }

    private Outcome decide(Interval interval) {
        if (interval.low() >= least) {
            return Outcome.PASSES;
        }
        return interval.high() < least ? Outcome.FAILS : Outcome.UNDECIDED;
    }

    /**
     * How many items would decide this gate, should the share of right ones stay what it is: the smallest n whose Wilson
     * interval leaves the gate on one side. Empty when a million would not, as for a score that sits on its gate.
     */
    public OptionalInt itemsToDecide(Score score) {
        if (score.estimate() == least) {
            return OptionalInt.empty();
        }
        int enough = score.n();
        while (!decides(score, enough)) {
            if (enough >= MOST_ITEMS) {
                return OptionalInt.empty();
            }
            enough = Math.min(MOST_ITEMS, enough * 2);
        }
        int tooFew = 0;
        while (enough - tooFew > 1) {
            int middle = (tooFew + enough) >>> 1;
            if (decides(score, middle)) {
                enough = middle;
            } else {
                tooFew = middle;
            }
        }
        return OptionalInt.of(enough);
    }

    private boolean decides(Score score, int n) {
        return decide(Score.wilsonInterval(score.estimate(), n, score.confidence())) != Outcome.UNDECIDED;
    }
}
