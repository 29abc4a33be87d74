package io.stoa.gateway.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RiskBoundsTest {
    /** R. G. Newcombe, Stat. Med. 17 (1998) 857–872, table I, method 5; two-sided at 95 %, so δ = 0.025 a side. */
    @ParameterizedTest
    @CsvSource({"81, 263, 0.2527, 0.3676", "15, 148, 0.0578, 0.1617", "0, 20, 0, 0.1684", "1, 29, 0.0009, 0.1776"})
    void exactBoundsAreThePublishedOnes(long k, long n, double low, double high) {
        assertThat(RiskBounds.clopperPearson(k, n, 0.025)).isCloseTo(high, within(5e-5));
        assertThat(RiskBounds.clopperPearsonLower(k, n, 0.025)).isCloseTo(low, within(5e-5));
    }

    @Test
    void withoutLossesTheBoundIsTheRuleOfThree() {
        assertThat(RiskBounds.clopperPearson(0, 59, 0.05)).isCloseTo(1 - Math.pow(0.05, 1.0 / 59), within(1e-12));
        assertThat(RiskBounds.clopperPearson(0, 0, 0.05)).isEqualTo(1);
        assertThat(RiskBounds.clopperPearson(5, 5, 0.05)).isEqualTo(1);
        assertThatThrownBy(() -> RiskBounds.clopperPearson(6, 5, 0.05)).hasMessageContaining("6 of 5");
        assertThatThrownBy(() -> RiskBounds.clopperPearson(1, 5, 0)).hasMessageContaining("between 0 and 1");
    }

    @Test
    void bettingBoundsHoldForGradedLosses() {
        long seed = 20261126;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int missed = 0;
        double width = 0;
        int runs = 1_000;
        for (int run = 0; run < runs; run++) {
            double[] losses = new double[200];
            for (int i = 0; i < losses.length; i++) {
                // Mean 0.1 × 0.5.
                losses[i] = random.nextInt(10) == 0 ? random.nextDouble() : 0;
            }
            double bound = RiskBounds.betting(losses, 0.05);
            missed += bound < 0.05 ? 1 : 0;
            width += bound / runs;
        }
        System.out.printf("betting bound missed in %d of %d, mean bound %.4f for a mean of .05%n", missed, runs, width);
        assertThat(missed).isLessThanOrEqualTo(50);
        assertThat(width).isLessThan(0.12);
    }
}
