package io.stoa.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.model.Score;
import java.util.OptionalDouble;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingTest {
    /**
     * Computed, not simulated: the probability that a true share exactly at its gate is decided, either way, at any look
     * or at the end.
     */
    @ParameterizedTest
    @CsvSource({"50, 0.5", "50, 0.8", "100, 0.75", "200, 0.75", "200, 0.9", "300, 0.6"})
    void aShareAtItsGateIsDecidedInAtMostFivePercentOfRuns(int items, double gate) {
        Sampling sampling = new Sampling(OptionalDouble.of(gate), 0.95, items, Score.Stop.EXHAUSTED);
        assertThat(decided(sampling, gate)).isBetween(0.01, 0.05);
    }

    /** Without a watched gate there is only the last look, at the full level, whose error is Wilson's own. */
    @ParameterizedTest
    @CsvSource({"100, 0.75", "200, 0.9"})
    void withoutLooksTheWholeErrorIsTheLast(int items, double gate) {
        Sampling sampling = new Sampling(OptionalDouble.empty(), 0.95, items, Score.Stop.EXHAUSTED);
        for (int right = 0; right <= 75; right++) {
            assertThat(sampling.enough(Scores.of(right, 75))).isFalse();
        }
        assertThat(sampling.score(Scores.of(items, items)).confidence()).isEqualTo(0.95);
        assertThat(sampling.exactScore(Scores.of(items, items))).isPresent();
    }

    private static double decided(Sampling sampling, double gate) {
        double[] running = {1};
        double decided = 0;
        for (int n = 1; n <= sampling.items(); n++) {
            double[] next = new double[n + 1];
            for (int right = 0; right < n; right++) {
                next[right] += running[right] * (1 - gate);
                next[right + 1] += running[right] * gate;
            }
            for (int right = 0; right <= n && (n % TaskRun.BATCH == 0 || n == sampling.items()); right++) {
                if (Decision.of(sampling.score(Scores.of(right, n)).interval(), gate) != Decision.UNDECIDED) {
                    decided += next[right];
                    next[right] = 0;
                }
            }
            running = next;
        }
        return decided;
    }
}
