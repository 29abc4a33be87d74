package io.stoa.benchmark.gate;

import io.stoa.model.Interval;
import java.util.OptionalInt;
import java.util.function.DoubleUnaryOperator;

/** How much better the current run is than the baseline: the gain, with + for better, and what can be said about it. */
sealed interface Difference permits PairedShares, PairedMeans, IndependentMeans {
    /** Below this a p-value is not told apart from 0. */
    double LEAST = 1e-12;

    /** The point estimate. */
    double gain();

    /** How many documents are behind it, when known. */
    OptionalInt n();

    /** How the bounds were computed. */
    String method();

    /** The p-value of the hypothesis that the true gain is at most {@code value}: small where it is larger. */
    double ofAtMost(double value);

    /** The p-value of the hypothesis that the true gain is at least {@code value}: small where it is smaller. */
    double ofAtLeast(double value);

    /**
     * The lower and the upper bound, each of which holds with probability 1 − tail: every gain that neither hypothesis
     * rejects.
     */
    Interval bounds(double tail);

    /** Where a function that rises from below a level at {@code low} to above it at {@code high} reaches it. */
    static double crossing(double low, double high, double level, DoubleUnaryOperator rising) {
        double below = low;
        double above = high;
        for (int step = 0; step < 60; step++) {
            double middle = (below + above) / 2;
            if (rising.applyAsDouble(middle) < level) {
                below = middle;
            } else {
                above = middle;
            }
        }
        return (below + above) / 2;
    }
}
