package io.stoa.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.benchmark.stats.Proportions;
import io.stoa.model.Interval;
import org.junit.jupiter.api.Test;

class DecisionTest {
    @Test
    void theBoundsThemselvesCount() {
        Interval interval = new Interval(0.6, 0.8);
        assertThat(Decision.of(interval, 0.59)).isEqualTo(Decision.PASSES);
        assertThat(Decision.of(interval, 0.6)).isEqualTo(Decision.PASSES);
        assertThat(Decision.of(interval, Math.nextUp(0.6))).isEqualTo(Decision.UNDECIDED);
        assertThat(Decision.of(interval, 0.8)).isEqualTo(Decision.UNDECIDED);
        assertThat(Decision.of(interval, Math.nextUp(0.8))).isEqualTo(Decision.FAILS);
    }

    @Test
    void aGateOfOneCanOnlyBeFailed() {
        assertThat(Decision.of(Proportions.wilson(100_000, 100_000, 0.95), 1)).isEqualTo(Decision.UNDECIDED);
        assertThat(Decision.of(Proportions.wilson(99_999, 100_000, 0.95), 1)).isEqualTo(Decision.FAILS);
    }

    /** A further right answer never makes the decision worse, a higher gate never better. */
    @Test
    void isMonotone() {
        for (int right = 0; right < 80; right++) {
            for (double gate = 0.01; gate < 1; gate += 0.01) {
                int here = rank(right, gate);
                assertThat(rank(right + 1, gate)).isGreaterThanOrEqualTo(here);
                assertThat(rank(right, gate + 0.01)).isLessThanOrEqualTo(here);
            }
        }
    }

    private static int rank(int right, double gate) {
        return switch (Decision.of(Proportions.wilson(right, 80, 0.95), gate)) {
            case FAILS -> 0;
            case UNDECIDED -> 1;
            case PASSES -> 2;
        };
    }
}
