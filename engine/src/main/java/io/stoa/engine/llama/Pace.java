package io.stoa.engine.llama;

/**
 * Whether a few answers' next tokens are computed sooner in one batch or one after the other, learnt from what both have
 * taken.
 *
 * <p>Where weights stream from memory a batch of two costs hardly more than one. Where the arithmetic is the limit it
 * costs at least twice as much, and more where llama.cpp has other code for several rows: two of Q8_0 on AVX2 take three
 * times as long as one.
 *
 * <p>Not for several threads.
 */
final class Pace {
    /** With more rows than this a batch has always won. */
    private static final int MOST = 8;

    /** So often the way that seems slower is taken, in case that has changed. */
    private static final int ANEW = 256;

    /** The weight of a new measurement, once there are as many as its inverse. */
    private static final double NEW = 1.0 / 8;

    private final double[] nanos = new double[MOST + 1];
    private final int[] measured = new int[MOST + 1];
    private int decisions;

    /** Whether so many rows are better computed one after the other. */
    boolean apart(int rows) {
        if (rows < 2 || rows > MOST) {
            return false;
        }
        if (measured[1] == 0 || measured[rows] == 0) {
            return measured[1] == 0;
        }
        boolean sooner = rows * nanos[1] < nanos[rows];
        decisions++;
        return (decisions % ANEW == 0) != sooner;
    }

    /** A batch of so many rows has taken so long. */
    void took(int rows, long nanoseconds) {
        if (rows <= MOST) {
            measured[rows] = Math.min(measured[rows] + 1, (int) (1 / NEW));
            nanos[rows] += (nanoseconds - nanos[rows]) / measured[rows];
        }
    }
}
