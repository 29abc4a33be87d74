package io.stoa.benchmark.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleSizesTest {
    /** B. Rosner, Fundamentals of Biostatistics, one-sample binomial test: 2 % against 5 %, 90 % power, 341 women. */
    @Test
    void matchesRosnersExample() {
        assertThat(SampleSizes.toResolveGate(0.05, 0.02, 0.95, 0.9)).hasValue(341);
    }

    /** The power by summing binomial probabilities: how often Wilson's interval really leaves the gate at that n. */
    @ParameterizedTest
    @CsvSource({"0.85, 0.9", "0.95, 0.9", "0.6, 0.5", "0.45, 0.5", "0.75, 0.7", "0.98, 0.95"})
    void decidesAsOftenAsItSays(double share, double gate) {
        int n = Math.toIntExact(
                SampleSizes.toResolveGate(share, gate, 0.95, 0.8).orElseThrow());
        BinomialDistribution counts = BinomialDistribution.of(n, share);
        double power = 0;
        for (int right = 0; right <= n; right++) {
            if (!Proportions.wilson(right, n, 0.95).contains(gate)) {
                power += counts.probability(right);
            }
        }
        assertThat(power).as("n = %d", n).isCloseTo(0.8, within(0.03));
    }

    /** At a power of one half the formula is the inversion of Wilson's interval: n decides at this estimate, less does not. */
    @Test
    void atHalfPowerItIsTheIntervalItself() {
        int n = Math.toIntExact(SampleSizes.toResolveGate(0.9, 0.8, 0.95, 0.5).orElseThrow());
        assertThat(n).isEqualTo(62);
        assertThat(Proportions.wilson(54, 60, 0.95).low()).isLessThan(0.8);
        assertThat(Proportions.wilson(63, 70, 0.95).low()).isGreaterThan(0.8);
    }

    @Test
    void noNumberOfItemsDecidesAtTheGateOrAtOne() {
        assertThat(SampleSizes.toResolveGate(0.9, 0.9, 0.95, 0.8)).isEmpty();
        assertThat(SampleSizes.toResolveGate(1, 1, 0.95, 0.8)).isEmpty();
    }

    /** The table of paired sample sizes at α = 0.05 and 80 % power, recomputed independently of this code. */
    @ParameterizedTest
    @CsvSource({
        "0.05, 3917, 974, 429, 150",
        "0.10, 7842, 1955, 865, 307",
        "0.20, 15690, 3917, 1737, 621",
        "0.30, 23539, 5879, 2609, 935",
        "0.40, 31388, 7842, 3481, 1248"
    })
    void matchesTheTableOfPairedSizes(double disagreement, long one, long two, long three, long five) {
        assertThat(SampleSizes.toSeeDifference(0.01, disagreement, 0.95, 0.8)).isCloseTo(one, within(1L));
        assertThat(SampleSizes.toSeeDifference(-0.02, disagreement, 0.95, 0.8)).isCloseTo(two, within(1L));
        assertThat(SampleSizes.toSeeDifference(0.03, disagreement, 0.95, 0.8)).isCloseTo(three, within(1L));
        assertThat(SampleSizes.toSeeDifference(0.05, disagreement, 0.95, 0.8)).isCloseTo(five, within(1L));
    }

    @Test
    void visibleDifferenceInvertsTheNumberOfItems() {
        long seed = 99;
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            int n = 30 + random.nextInt(5_000);
            double disagreement = 0.02 + 0.5 * random.nextDouble();
            double visible = SampleSizes.smallestVisibleDifference(n, disagreement, 0.95, 0.8);
            assertThat(visible).as("seed %d", seed).isPositive().isLessThanOrEqualTo(disagreement);
            if (visible < disagreement) {
                assertThat(SampleSizes.toSeeDifference(visible, disagreement, 0.95, 0.8))
                        .as("seed %d, n = %d, disagreement = %f", seed, n, disagreement)
                        .isCloseTo(n, within(1L));
            }
            assertThat(SampleSizes.smallestVisibleDifference(n + 100, disagreement, 0.95, 0.8))
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(visible);
        }
    }

    @Test
    void refusesNonsense() {
        assertThatIllegalArgumentException().isThrownBy(() -> SampleSizes.toResolveGate(1.1, 0.9, 0.95, 0.8));
        assertThatIllegalArgumentException().isThrownBy(() -> SampleSizes.toResolveGate(0.8, 0.9, 0.95, 0.4));
        assertThatIllegalArgumentException().isThrownBy(() -> SampleSizes.toSeeDifference(0.2, 0.1, 0.95, 0.8));
        assertThatIllegalArgumentException().isThrownBy(() -> SampleSizes.toSeeDifference(0, 0.1, 0.95, 0.8));
        assertThatIllegalArgumentException().isThrownBy(() -> SampleSizes.smallestVisibleDifference(0, 0.1, 0.95, 0.8));
    }
}
