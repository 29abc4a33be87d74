package io.stoa.hardware.quant;

import io.stoa.model.Interval;
import java.util.Optional;

/**
 * The mean of independent values that may be looked at after each of them.
 *
 * <p>After t values with mean μ̂ and standard deviation σ̂ the interval is μ̂ ± σ̂ √(2(tρ² + 1)/(t²ρ²) · ln(√(tρ² + 1)/α)),
 * a confidence sequence: with probability 1 − α it holds the true mean at all looks together. It is asymptotic (the
 * chance approaches 1 − α as the first look comes later), so nothing is said before {@value #FEWEST} values; how often
 * it errs with skewed values of that number is simulated ({@code performance/run ladder}, docs/quantization.md). ρ makes
 * it narrowest at {@value #SHARPEST} values: ρ² = (−2 ln α + ln(−2 ln α + 1))/t.
 *
 * <p>Source: I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas, Time-uniform central limit theory and
 * asymptotic confidence sequences, Ann. Stat. 52 (2024) 2613–2640, theorem 2.2 and section B.2.
 */
public final class MeanSequence {
    /** The fewest values from which something is said. */
    public static final int FEWEST = 16;

    /** The number of values at which the interval is as narrow as it can be. */
    static final int SHARPEST = 32;

    private int count;
    private double mean;
    private double squares;

    /** Adds a value (Welford's recurrence). */
    public void add(double value) {
        count++;
        double before = value - mean;
        mean += before / count;
        squares += before * (value - mean);
    }

    public int count() {
        return count;
    }

    public double mean() {
        return mean;
    }

    /** The standard deviation with n − 1 below; 0 of fewer than two values. */
    public double deviation() {
        return count < 2 ? 0 : Math.sqrt(squares / (count - 1));
    }

    /**
     * The means that are still possible; empty before {@value #FEWEST} values.
     *
     * @param confidence at all looks together, in (0, 1)
     */
    public Optional<Interval> interval(double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence must lie between 0 and 1: " + confidence);
        }
        if (count < FEWEST) {
            return Optional.empty();
        }
        double alpha = 1 - confidence;
        double rhoSquared = (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)) / SHARPEST;
        double grown = count * rhoSquared + 1;
        double half = deviation()
                * Math.sqrt(2 * grown / (count * (double) count * rhoSquared) * Math.log(Math.sqrt(grown) / alpha));
        return Optional.of(new Interval(mean - half, mean + half));
    }
}
