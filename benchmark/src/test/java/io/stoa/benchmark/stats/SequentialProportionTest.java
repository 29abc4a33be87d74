package io.stoa.benchmark.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Interval;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SequentialProportionTest {
    /** By hand: at a share of ½ a right item multiplies each bet by 1 + its share, and a wrong one by 1 − its share. */
    @Test
    void evidenceIsTheAverageFortune() {
        double above = 0.15 * 1.05 + 0.25 * 1.12 + 0.30 * 1.25 + 0.20 * 1.45 + 0.10 * 1.75;
        double below = 0.15 * 0.95 + 0.25 * 0.88 + 0.30 * 0.75 + 0.20 * 0.55 + 0.10 * 0.25;
        SequentialProportion one = new SequentialProportion(1, 1);
        assertThat(one.logEvidenceAbove(0.5)).isCloseTo(Math.log(above), within(1e-12));
        assertThat(one.logEvidenceBelow(0.5)).isCloseTo(Math.log(below), within(1e-12));
        // At 0.8 a right item multiplies by 1 + c · 0.2/0.8.
        assertThat(one.logEvidenceAbove(0.8)).isCloseTo(Math.log(1 + (above - 1) / 4), within(1e-12));
    }

    @Test
    void nothingSeenRulesNothingOut() {
        assertThat(new SequentialProportion(0, 0).interval(0.95)).isEqualTo(new Interval(0, 1));
    }

    @Test
    void theIntervalHoldsTheEstimateAndNarrows() {
        double width = 1;
        for (int n = 50; n <= 51_200; n *= 4) {
            SequentialProportion seen = new SequentialProportion(n * 4 / 5, n);
            Interval interval = seen.interval(0.95);
            assertThat(interval.contains((double) seen.right() / n)).isTrue();
            assertThat(interval.high() - interval.low()).isLessThan(width);
            width = interval.high() - interval.low();
        }
        assertThat(width).isLessThan(0.05);
    }

    /** The interval is what the evidence does not rule out, and its ends are where it begins to. */
    @Test
    void theIntervalIsTheEvidence() {
        SequentialProportion seen = new SequentialProportion(70, 100);
        Interval interval = seen.interval(0.9);
        assertThat(seen.logEvidenceAbove(interval.low())).isCloseTo(Math.log(20), within(1e-9));
        assertThat(seen.logEvidenceBelow(interval.high())).isCloseTo(Math.log(20), within(1e-9));
        Interval mirrored = new SequentialProportion(30, 100).interval(0.9);
        assertThat(mirrored.low()).isCloseTo(1 - interval.high(), within(1e-12));
        assertThat(mirrored.high()).isCloseTo(1 - interval.low(), within(1e-12));
    }

    @Test
    void allRightNeverRulesOutOneAndAllWrongNeverZero() {
        assertThat(new SequentialProportion(100_000, 100_000).interval(0.95).high())
                .isEqualTo(1);
        assertThat(new SequentialProportion(0, 100_000).interval(0.95).low()).isZero();
        assertThat(new SequentialProportion(24, 25).interval(0.95).high())
                .as("one wrong answer")
                .isLessThan(1);
    }

    /** At most 5 % is a theorem; 2,000 runs see a broken one. Looked at after each of 500 items. */
    @ParameterizedTest
    @CsvSource({"0.5, 1", "0.75, 2", "0.9, 3"})
    void aShareAtItsGateIsRarelyDecidedAndRarelyMissedHoweverOftenOneLooks(double gate, long seed) {
        int runs = 2000;
        int decided = 0;
        int outside = 0;
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < runs; run++) {
            int right = 0;
            boolean decides = false;
            boolean misses = false;
            for (int n = 1; n <= 500; n++) {
                right += random.nextDouble() < gate ? 1 : 0;
                SequentialProportion seen = new SequentialProportion(right, n);
                decides |= Math.max(seen.logEvidenceAbove(gate), seen.logEvidenceBelow(gate)) >= Math.log(40);
                misses |= n % 50 == 0 && !seen.interval(0.95).contains(gate);
            }
            decided += decides ? 1 : 0;
            outside += misses ? 1 : 0;
        }
        int most = (int) (runs * 0.05 + 3 * Math.sqrt(runs * 0.05 * 0.95));
        assertThat(decided).as("seed " + seed).isBetween(1, most);
        assertThat(outside).as("seed " + seed).isLessThanOrEqualTo(decided);
    }

    @Test
    void refusesWhatIsNoShare() {
        assertThatThrownBy(() -> new SequentialProportion(3, 2)).hasMessageContaining("3 of 2");
        assertThatThrownBy(() -> new SequentialProportion(1, 2).logEvidenceAbove(1))
                .hasMessageContaining("1.0");
    }

    @Test
    void theErrorIsSharedOut() {
        ErrorSplit split = new ErrorSplit(0.95);
        assertThat(split.looks()).isEqualTo(0.99);
        assertThat(split.last()).isEqualTo(0.96);
        assertThat(split.adjustedAtLook(0.01)).isCloseTo(0.05, within(1e-12));
        assertThat(split.adjustedAtLast(0.04)).isCloseTo(0.05, within(1e-12));
        assertThat(split.adjustedAtLook(0.5)).isEqualTo(1);
    }
}
