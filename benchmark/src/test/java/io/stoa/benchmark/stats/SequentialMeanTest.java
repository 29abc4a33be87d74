package io.stoa.benchmark.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Interval;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class SequentialMeanTest {
    private static SequentialMean of(Map<Double, Integer> counts) {
        return new SequentialMean(new TreeMap<>(counts));
    }

    /** One score of 0.75 against a mean of 0.5 multiplies a fortune by 1 + c · (0.75 − 0.5) / 0.5 = 1 + c / 2. */
    @Test
    void byHand() {
        double fortune = 0.15 * 1.025 + 0.25 * 1.06 + 0.30 * 1.125 + 0.20 * 1.225 + 0.10 * 1.375;
        SequentialMean one = of(Map.of(0.75, 1));
        assertThat(one.logEvidenceAbove(0.5)).isCloseTo(Math.log(fortune), within(1e-12));
        assertThat(of(Map.of(0.25, 1)).logEvidenceBelow(0.5)).isCloseTo(Math.log(fortune), within(1e-12));
        assertThat(of(Map.of()).interval(0.95)).isEqualTo(new Interval(0, 1));
    }

    @Test
    void scoresThatVaryLessGiveANarrowerInterval() {
        Interval halves = of(Map.of(0.5, 400)).interval(0.95);
        Interval extremes = of(Map.of(0.0, 200, 1.0, 200)).interval(0.95);
        assertThat(halves.contains(0.5)).isTrue();
        assertThat(halves.high() - halves.low()).isLessThan(extremes.high() - extremes.low());
    }

    /** At all looks together it misses the true mean at most as often as it says. */
    @Test
    void itKeepsItsLevelAtAllLooks() {
        long seed = 20_260_101;
        Random random = new Random(seed);
        int runs = 400;
        int missed = 0;
        for (int run = 0; run < runs; run++) {
            SortedMap<Double, Integer> counts = new TreeMap<>();
            boolean hit = true;
            for (int i = 1; i <= 300 && hit; i++) {
                // The square of a uniform number has the mean ⅓; rounded to hundredths it has 0.33335.
                double score = Math.rint(100 * Math.pow(random.nextDouble(), 2)) / 100;
                counts.merge(score, 1, Integer::sum);
                hit = i % 25 != 0 || new SequentialMean(counts).interval(0.9).contains(1.0 / 3);
            }
            missed += hit ? 0 : 1;
        }
        assertThat(missed).as("seed %d", seed).isLessThanOrEqualTo(runs / 10);
    }

    @Test
    void whatIsNoScoreIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(Map.of(1.5, 1)))
                .withMessageContaining("1.5");
        assertThatIllegalArgumentException().isThrownBy(() -> of(Map.of(Double.NaN, 1)));
    }
}
