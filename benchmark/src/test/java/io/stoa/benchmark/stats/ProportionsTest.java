package io.stoa.benchmark.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Interval;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProportionsTest {
    /** R. G. Newcombe, Stat. Med. 17 (1998) 857–872, table I, methods 3 and 5. */
    @ParameterizedTest
    @CsvSource({
        "81, 263, 0.2553, 0.3662, 0.2527, 0.3676",
        "15, 148, 0.0624, 0.1605, 0.0578, 0.1617",
        " 0,  20, 0.0000, 0.1611, 0.0000, 0.1684",
        " 1,  29, 0.0061, 0.1718, 0.0009, 0.1776"
    })
    void matchesNewcombesTable(
            int right, int n, double wilsonLow, double wilsonHigh, double exactLow, double exactHigh) {
        Interval wilson = Proportions.wilson(right, n, 0.95);
        assertThat(wilson.low()).isCloseTo(wilsonLow, within(5e-5));
        assertThat(wilson.high()).isCloseTo(wilsonHigh, within(5e-5));
        Interval exact = Proportions.clopperPearson(right, n, 0.95);
        assertThat(exact.low()).isCloseTo(exactLow, within(5e-5));
        assertThat(exact.high()).isCloseTo(exactHigh, within(5e-5));
    }

    /** Sums the binomial probabilities of the counts whose interval holds the true share: no simulation is needed. */
    @ParameterizedTest
    @CsvSource({"5", "20", "100", "200"})
    void exactIntervalCoversAlwaysAndWilsonOnAverage(int n) {
        double sum = 0;
        int steps = 0;
        for (double share = 0.005; share < 1; share += 0.01) {
            BinomialDistribution counts = BinomialDistribution.of(n, share);
            double exact = 0;
            double wilson = 0;
            for (int right = 0; right <= n; right++) {
                double probability = counts.probability(right);
                exact += Proportions.clopperPearson(right, n, 0.95).contains(share) ? probability : 0;
                wilson += Proportions.wilson(right, n, 0.95).contains(share) ? probability : 0;
            }
            assertThat(exact).as("exact, n = %d, share = %f", n, share).isGreaterThanOrEqualTo(0.95 - 1e-9);
            assertThat(wilson).as("Wilson, n = %d, share = %f", n, share).isGreaterThan(0.82);
            sum += wilson;
            steps++;
        }
        assertThat(sum / steps).as("Wilson on average, n = %d", n).isBetween(0.945, 0.965);
    }

    @Test
    void areSymmetricNestedAndMonotone() {
        for (int n : new int[] {1, 2, 7, 50, 333}) {
            for (int right = 0; right <= n; right++) {
                for (double confidence : new double[] {0.5, 0.9, 0.99}) {
                    Interval wilson = Proportions.wilson(right, n, confidence);
                    Interval mirrored = Proportions.wilson(n - right, n, confidence);
                    assertThat(mirrored.low()).isCloseTo(1 - wilson.high(), within(1e-12));
                    assertThat(wilson.contains((double) right / n)).isTrue();
                    Interval exact = Proportions.clopperPearson(right, n, confidence);
                    assertThat(exact.contains((double) right / n)).isTrue();
                    assertThat(Proportions.clopperPearson(n - right, n, confidence)
                                    .low())
                            .isCloseTo(1 - exact.high(), within(1e-8));
                    Interval wider = Proportions.wilson(right, n, confidence + 0.005);
                    assertThat(wider.low()).isLessThanOrEqualTo(wilson.low());
                    assertThat(wider.high()).isGreaterThanOrEqualTo(wilson.high());
                    if (right > 0) {
                        assertThat(wilson.low())
                                .isGreaterThan(Proportions.wilson(right - 1, n, confidence)
                                        .low());
                        assertThat(exact.low())
                                .isGreaterThan(Proportions.clopperPearson(right - 1, n, confidence)
                                        .low());
                    }
                }
            }
        }
    }

    /** The tails beyond the exact limits hold (1 − confidence) / 2 each: the definition itself. */
    @Test
    void exactLimitsSolveTheirDefiningEquation() {
        Interval interval = Proportions.clopperPearson(37, 120, 0.9);
        assertThat(BinomialDistribution.of(120, interval.low()).survivalProbability(36))
                .isCloseTo(0.05, within(1e-6));
        assertThat(BinomialDistribution.of(120, interval.high()).cumulativeProbability(37))
                .isCloseTo(0.05, within(1e-6));
    }

    @Test
    void refusesWhatIsNoShare() {
        assertThatIllegalArgumentException().isThrownBy(() -> Proportions.wilson(3, 2, 0.95));
        assertThatIllegalArgumentException().isThrownBy(() -> Proportions.wilson(0, 0, 0.95));
        assertThatIllegalArgumentException().isThrownBy(() -> Proportions.clopperPearson(-1, 2, 0.95));
        assertThatIllegalArgumentException().isThrownBy(() -> Proportions.wilson(1, 2, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> Proportions.wilson(1, 2, Double.NaN));
    }
}
