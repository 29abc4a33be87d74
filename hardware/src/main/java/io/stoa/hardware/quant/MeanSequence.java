package io.stoa.hardware.quant;

import io.stoa.model.Interval;
import java.util.Optional;

/**
 * The mean of independent values that may be looked at after each of them.
 *
 * <p>After t values with mean μ̂ and standard deviation σ̂ the interval is μ̂ ± σ̂ √(2(tρ² + 1)/(t²ρ²) · ln(√(tρ² + 1)/α)),
 * a confidence sequence: with probability 1 − α it holds the true mean at all looks together. It is asymptotic (the
 * chance approaches 1 − α as the first look comes later), so nothing is said before {@value #FEWEST} values. ρ makes it
 * narrowest at {@value #SHARPEST} values: ρ² = (−2 ln α + ln(−2 ln α + 1))/t.
 *
 * <p>Divergences of windows are skewed: a few are many times the others, and a mean that has not met one yet is too small
 * and looks surer than it is. With the plain interval a rung exactly at its margin was accepted in 13 % of simulated runs
 * instead of 2.5 %. So on the side of the long tail the half-width, as a multiple z of the standard error, is widened by
 * twice Hall's correction, γ̂ (2z² + 1)/(6√t), twice because few values show less than their true skewness γ. What is
 * left of the error is simulated ({@code performance/run ladder}; docs/quantization.md).
 *
 * <p>Sources: I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas, Time-uniform central limit theory and
 * asymptotic confidence sequences, Ann. Stat. 52 (2024) 2613–2640, theorem 2.2 and section B.2; P. Hall, On the removal
 * of skewness by transformation, J. R. Stat. Soc. B 54 (1992) 221–228, for the correction.
 */
public final class MeanSequence {
    /** The fewest values from which something is said. */
    public static final int FEWEST = 24;

    /** The number of values at which the interval is as narrow as it can be. */
    static final int SHARPEST = 48;

    /** The true skewness as a multiple of what few values show. */
    private static final double TRUE_SKEWNESS = 2;

    private int count;
    private double mean;
    private double squares;
    private double cubes;

    /** Adds a value (Welford's recurrence, and Terriberry's for the third moment). */
    public void add(double value) {
        count++;
        double before = value - mean;
        double step = before / count;
        double added = before * step * (count - 1);
        mean += step;
        cubes += added * step * (count - 2) - 3 * step * squares;
        squares += added;
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
        double errors = Math.sqrt(2 * grown / (count * rhoSquared) * Math.log(Math.sqrt(grown) / alpha));
        double wider = TRUE_SKEWNESS * skewness() * (2 * errors * errors + 1) / (6 * Math.sqrt(count));
        double error = deviation() / Math.sqrt(count);
        return Optional.of(new Interval(
                mean - error * (errors + Math.max(0, -wider)), mean + error * (errors + Math.max(0, wider))));
    }

    private double skewness() {
        double variance = squares / count;
        return variance > 0 ? cubes / count / Math.pow(variance, 1.5) : 0;
    }
}
