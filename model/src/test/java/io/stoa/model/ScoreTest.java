package io.stoa.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Score.Stop;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreTest {
    /** R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998). */
    @ParameterizedTest
    @CsvSource({"81, 263, 0.2553, 0.3662", "15, 148, 0.0624, 0.1605", "0, 20, 0.0000, 0.1611", "1, 29, 0.0061, 0.1718"})
    void wilsonAgreesWithThePublishedTable(int right, int n, double low, double high) {
        Score score = Score.wilson(right, n, 0.95, Stop.EXHAUSTED);

        assertThat(score.interval().low()).isCloseTo(low, within(5e-5));
        assertThat(score.interval().high()).isCloseTo(high, within(5e-5));
        assertThat(score.estimate()).isEqualTo((double) right / n);
        assertThat(score.method()).isEqualTo("Wilson");
    }

    @Test
    void theEndsAreExact() {
        assertThat(Score.wilson(0, 7, 0.95, Stop.LIMITED).interval().low()).isZero();
        assertThat(Score.wilson(7, 7, 0.95, Stop.LIMITED).interval().high()).isEqualTo(1);
    }

    /** The interval is made of the shares that a score test at this level does not reject: |p − θ| = z √(θ(1−θ)/n). */
    @Test
    void eachEndSolvesTheScoreEquation() {
        long seed = 20_261_124;
        Random random = new Random(seed);
        double z = 1.9599639845400545;
        for (int round = 0; round < 500; round++) {
            int n = 2 + random.nextInt(2000);
            int right = 1 + random.nextInt(n - 1);
            Score score = Score.wilson(right, n, 0.95, Stop.EXHAUSTED);
            for (double end :
                    new double[] {score.interval().low(), score.interval().high()}) {
                assertThat(Math.abs(score.estimate() - end))
                        .as("seed %d round %d: %d of %d", seed, round, right, n)
                        .isCloseTo(z * Math.sqrt(end * (1 - end) / n), within(1e-12));
            }
        }
    }

    @Test
    void refusesImpossibleCounts() {
        assertThatThrownBy(() -> Score.wilson(3, 2, 0.95, Stop.EXHAUSTED)).hasMessageContaining("3 of 2");
        assertThatThrownBy(() -> Score.wilson(0, 0, 0.95, Stop.EXHAUSTED)).hasMessageContaining("0 of 0");
        assertThatThrownBy(() -> Score.wilson(1, 2, 1, Stop.EXHAUSTED)).hasMessageContaining("between 0 and 1");
    }
}
