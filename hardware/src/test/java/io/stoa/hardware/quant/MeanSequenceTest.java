package io.stoa.hardware.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Interval;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class MeanSequenceTest {
    private static final int LONGEST = 400;

    /** The formula by hand: ρ² = (5.9915 + ln 6.9915)/48 = 0.16534, n = 24, values 0 and 1 in turn, without skewness. */
    @Test
    void isTheFormulaOfThePaper() {
        MeanSequence mean = new MeanSequence();
        for (int i = 0; i < 23; i++) {
            mean.add(i % 2);
            assertThat(mean.interval(0.95)).isEmpty();
        }
        mean.add(1);
        double deviation = Math.sqrt(24 * 0.25 / 23);
        double grown = 24 * 0.165339 + 1;
        double half = deviation * Math.sqrt(2 * grown / (576 * 0.165339) * Math.log(Math.sqrt(grown) / 0.05));
        assertThat(mean.mean()).isEqualTo(0.5);
        assertThat(mean.deviation()).isCloseTo(deviation, within(1e-12));
        Interval interval = mean.interval(0.95).orElseThrow();
        assertThat(interval.high() - 0.5).isCloseTo(half, within(1e-5));
        assertThat(0.5 - interval.low()).isCloseTo(half, within(1e-5));
    }

    /** 23 zeros and a one: skewness 22/√23, Hall's correction twice, and only on the side of the one. */
    @Test
    void isWiderOnTheSideOfTheLongTail() {
        MeanSequence mean = new MeanSequence();
        for (int i = 0; i < 24; i++) {
            mean.add(i == 5 ? 1 : 0);
        }
        double error = Math.sqrt(1.0 / 24 * 23 / 24 / 23);
        double grown = 24 * 0.165339 + 1;
        double errors = Math.sqrt(2 * grown / (24 * 0.165339) * Math.log(Math.sqrt(grown) / 0.05));
        double wider = 2 * 22 / Math.sqrt(23) * (2 * errors * errors + 1) / (6 * Math.sqrt(24));
        Interval interval = mean.interval(0.95).orElseThrow();
        assertThat(interval.low()).isCloseTo(1 / 24.0 - error * errors, within(1e-5));
        assertThat(interval.high()).isCloseTo(1 / 24.0 + error * (errors + wider), within(1e-5));
    }

    @Test
    void equalValuesLeaveNoDoubt() {
        MeanSequence mean = new MeanSequence();
        for (int i = 0; i < MeanSequence.FEWEST; i++) {
            mean.add(0.25);
        }
        assertThat(mean.interval(0.95)).contains(new Interval(0.25, 0.25));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> mean.interval(1));
    }

    /** Divergences of windows are skewed like a log-normal of σ = 0.8; looked at after each of 400 windows. */
    @Test
    void holdsTheMeanAtAllLooksTogether() {
        long seed = 5;
        SplittableRandom random = new SplittableRandom(seed);
        double truth = Math.exp(0.8 * 0.8 / 2);
        int runs = 2_000;
        int held = 0;
        for (int run = 0; run < runs; run++) {
            MeanSequence mean = new MeanSequence();
            boolean always = true;
            for (int i = 0; i < LONGEST && always; i++) {
                mean.add(Math.exp(0.8 * random.nextGaussian()));
                always = mean.interval(0.95)
                        .map(interval -> interval.contains(truth))
                        .orElse(true);
            }
            held += always ? 1 : 0;
        }
        double share = (double) held / runs;
        System.out.printf("seed %d: a skewed mean is held at all looks in %.2f %% of runs%n", seed, 100 * share);
        assertThat(share).isGreaterThan(0.945);
    }
}
