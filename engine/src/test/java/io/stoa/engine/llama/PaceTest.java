package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PaceTest {
    /** Plays a machine on which so many rows take so long, and counts how often rows are computed apart. */
    private static int apart(Pace pace, int rows, long one, long together, int decisions) {
        int apart = 0;
        for (int i = 0; i < decisions; i++) {
            if (pace.apart(rows)) {
                apart++;
                for (int row = 0; row < rows; row++) {
                    pace.took(1, one);
                }
            } else {
                pace.took(rows, together);
            }
        }
        return apart;
    }

    @Test
    void takesTheSoonerWayAndTriesTheOtherNowAndThen() {
        assertThat(apart(new Pace(), 2, 9, 29, 1000)).isBetween(990, 998);
        assertThat(apart(new Pace(), 2, 9, 10, 1000)).isBetween(2, 10);
        assertThat(apart(new Pace(), 8, 9, 57, 1000)).isBetween(2, 10);
    }

    @Test
    void oneRowAndManyAreABatch() {
        Pace pace = new Pace();
        assertThat(apart(pace, 1, 1, 1, 10)).isZero();
        assertThat(apart(pace, 9, 1, 1000, 10)).isZero();
    }

    @Test
    void noticesThatTheMachineHasChanged() {
        Pace pace = new Pace();
        assertThat(apart(pace, 4, 10, 100, 1000)).isGreaterThan(900);
        assertThat(apart(pace, 4, 100, 110, 6000)).isLessThan(1000);
    }
}
