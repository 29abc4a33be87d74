package io.stoa.hardware.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stoa.hardware.speed.SpeedMeasurement;
import io.stoa.hardware.speed.SpeedRound;
import io.stoa.model.Interval;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RungTallyTest {
    private static final Margins MARGINS = Margins.usual();

    /** A rung whose windows have this mean, log-normal with σ = 0.8, read until decided or 600 windows. */
    private static Decision rung(double mean, SplittableRandom random) {
        RungTally tally = new RungTally(MARGINS);
        while (tally.windows() < 600 && tally.decision() == Decision.UNDECIDED) {
            tally.add(mean * Math.exp(0.8 * random.nextGaussian() - 0.32), 0, 0.1);
        }
        return tally.decision();
    }

    @Test
    void decidesRightlyWhereTheTruthIsClear() {
        long seed = 3;
        SplittableRandom random = new SplittableRandom(seed);
        int wrong = 0;
        for (int run = 0; run < 1_000; run++) {
            wrong += rung(0.1, random) == Decision.INFERIOR ? 0 : 1;
            wrong += rung(0.02, random) == Decision.NOT_INFERIOR ? 0 : 1;
        }
        assertThat(wrong).as("seed %d", seed).isLessThan(10);
    }

    /** At the margin either decision is an error; each side may take half of 5 %. */
    @Test
    void seldomDecidesAtTheMargin() {
        long seed = 4;
        SplittableRandom random = new SplittableRandom(seed);
        int accepted = 0;
        int refused = 0;
        int runs = 2_000;
        for (int run = 0; run < runs; run++) {
            Decision decision = rung(MARGINS.divergence(), random);
            accepted += decision == Decision.NOT_INFERIOR ? 1 : 0;
            refused += decision == Decision.INFERIOR ? 1 : 0;
        }
        System.out.printf(
                "seed %d: at the margin accepted %.2f %%, refused %.2f %%%n",
                seed, 100.0 * accepted / runs, 100.0 * refused / runs);
        assertThat((double) (accepted + refused) / runs).isLessThan(0.055);
    }

    @Test
    void oneMarginThatIsMissedIsEnough() {
        RungTally tally = new RungTally(new Margins(0.05, OptionalDouble.of(0.1), 0.95));
        for (int i = 0; i < 50; i++) {
            assertThat(tally.decision()).isEqualTo(Decision.UNDECIDED);
            tally.add(0.001, 0, 0.2 + 0.01 * (i % 2));
            if (tally.windows() == MeanSequence.FEWEST) {
                break;
            }
        }
        assertThat(tally.decision()).isEqualTo(Decision.INFERIOR);
        assertThat(tally.flips().interval().orElseThrow().low()).isGreaterThan(0.1);
    }

    @Test
    void fewWindowsGiveNoInterval() {
        RungTally tally = new RungTally(MARGINS);
        for (int i = 1; i < MeanSequence.FEWEST; i++) {
            tally.add(0.01, 0, 0.1);
        }
        assertThat(tally.divergence().interval()).isEmpty();
        assertThat(tally.divergence().value()).isEqualTo(0.01);
        tally.add(0.01, 0, 0.1);
        assertThat(tally.divergence().interval()).isPresent();
    }

    @Test
    void anUnknownSpeedOfWritingIsUnknown() {
        SpeedRound round = new SpeedRound(100, 1, Duration.ofSeconds(1), Duration.ofSeconds(1), OptionalDouble.empty());
        assertThat(RungSpeed.of(new SpeedMeasurement(List.of(round), 100)).generation())
                .isEmpty();
    }

    @Test
    void aTaskThatWasLostIsALoss() {
        assertThat(Ladder.combined(Decision.NOT_INFERIOR, Optional.empty())).isEqualTo(Decision.NOT_INFERIOR);
        assertThat(Ladder.combined(Decision.NOT_INFERIOR, Optional.of(task(Decision.INFERIOR))))
                .isEqualTo(Decision.INFERIOR);
        assertThat(Ladder.combined(Decision.UNDECIDED, Optional.of(task(Decision.NOT_INFERIOR))))
                .isEqualTo(Decision.UNDECIDED);
        assertThat(Ladder.combined(Decision.NOT_INFERIOR, Optional.of(task(Decision.UNDECIDED))))
                .isEqualTo(Decision.UNDECIDED);
    }

    private static TaskOutcome task(Decision decision) {
        return new TaskOutcome("task", 10, 1, 0.5, new Interval(-1, 0), decision);
    }

    @Test
    void marginsMustBePossible() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new Margins(0, OptionalDouble.empty(), 0.95));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new Margins(Double.NaN, OptionalDouble.empty(), 0.95));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new Margins(0.1, OptionalDouble.of(1), 0.95));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new Margins(0.1, OptionalDouble.empty(), 1));
    }
}
