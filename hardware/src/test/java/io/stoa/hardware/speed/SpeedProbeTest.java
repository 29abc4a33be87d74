package io.stoa.hardware.speed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.engine.Prompt;
import io.stoa.hardware.ScriptedEngine;
import io.stoa.hardware.ScriptedEngine.Times;
import io.stoa.hardware.machine.OtherLoad;
import io.stoa.model.Interval;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class SpeedProbeTest {
    private static final Duration BUDGET = Duration.ofSeconds(2);

    @Test
    void aSteadyEngineIsMeasuredExactly() {
        ScriptedEngine engine = ScriptedEngine.steady(Duration.ofMillis(100), Duration.ofMillis(5));

        SpeedMeasurement speed = measure(engine, 200, 21);

        assertThat(speed.rounds()).hasSize(10);
        assertThat(speed.promptThroughput().median()).isCloseTo(2000, within(1e-6));
        assertThat(speed.timeToFirstToken().median()).isCloseTo(0.1, within(1e-9));
        assertThat(speed.timePerOutputToken())
                .hasValueSatisfying(spread -> assertThat(spread.median()).isCloseTo(0.005, within(1e-9)));
        assertThat(speed.generationThroughput())
                .hasValueSatisfying(spread -> assertThat(spread.median()).isCloseTo(200, within(1e-6)));
        assertThat(speed.fullPrompt()).isTrue();
        assertThat(speed.undisturbed()).isTrue();
    }

    @Test
    void everyRoundBeginsDifferently() {
        ScriptedEngine engine = ScriptedEngine.steady(Duration.ofMillis(100), Duration.ofMillis(5));

        measure(engine, 50, 10);

        List<String> beginnings = engine.prompts().stream()
                .map(prompt -> ((Prompt.Text) prompt).text().split(" ", 2)[0])
                .toList();
        assertThat(beginnings).hasSizeGreaterThan(6).doesNotHaveDuplicates();
    }

    @Test
    void aLargeModelGetsSixRoundsAndATinyOneNoMoreThanFifteen() {
        assertThat(measure(ScriptedEngine.steady(Duration.ofSeconds(30), Duration.ofSeconds(1)), 100, 10)
                        .rounds())
                .hasSize(6);
        assertThat(measure(ScriptedEngine.steady(Duration.ofNanos(100_000), Duration.ofNanos(1_000)), 100, 10)
                        .rounds())
                .hasSize(15);
    }

    @Test
    void disturbedRoundsDoNotCountWhenThereAreEnoughOthers() {
        ScriptedEngine engine = new ScriptedEngine(
                number -> new Times(Duration.ofMillis(number % 3 == 0 ? 900 : 100), Duration.ofMillis(1)), 4096, 100);
        AtomicInteger calls = new AtomicInteger();
        // Two readings a round, the round before warms up: others take half of the time in every third round.
        SpeedProbe probe = new SpeedProbe(
                () -> {
                    int call = calls.getAndIncrement();
                    int round = call / 2;
                    boolean end = call % 2 == 1;
                    return Optional.of(new OtherLoad.Reading(end ? 200 : 100, end && round % 3 == 0 ? 50 : 0));
                },
                BUDGET);

        SpeedMeasurement speed = probe.measure(engine, Prompt.Text::new, 100, 10, Progress.NONE);

        assertThat(speed.undisturbed()).isTrue();
        assertThat(speed.rounds())
                .anySatisfy(round -> assertThat(round.undisturbed()).isFalse());
        assertThat(speed.timeToFirstToken().interval()).isEqualTo(new Interval(0.1, 0.1));
    }

    @Test
    void onAMachineThatIsNeverQuietAllRoundsCountAndItIsSaid() {
        AtomicInteger calls = new AtomicInteger();
        SpeedProbe probe = new SpeedProbe(
                () -> Optional.of(new OtherLoad.Reading(calls.incrementAndGet() * 100L, calls.get() * 60L)), BUDGET);

        SpeedMeasurement speed = probe.measure(
                ScriptedEngine.steady(Duration.ofSeconds(1), Duration.ofMillis(1)),
                Prompt.Text::new,
                100,
                10,
                Progress.NONE);

        assertThat(speed.undisturbed()).isFalse();
        assertThat(speed.rounds()).hasSize(6);
        assertThat(speed.timeToFirstToken().n()).isEqualTo(6);
    }

    @Test
    void aShortContextShortensThePromptAndItIsSaid() {
        ScriptedEngine engine =
                new ScriptedEngine(number -> new Times(Duration.ofMillis(500), Duration.ofMillis(1)), 256, 100);

        SpeedMeasurement speed = measure(engine, 1000, 64);

        assertThat(speed.rounds().getFirst().promptTokens()).isLessThanOrEqualTo(256 - 64);
        assertThat(speed.fullPrompt()).isFalse();
    }

    @Test
    void answersOfOneTokenTellNoTimePerToken() {
        ScriptedEngine engine =
                new ScriptedEngine(number -> new Times(Duration.ofMillis(500), Duration.ofMillis(1)), 4096, 1);

        assertThat(measure(engine, 100, 10).timePerOutputToken()).isEmpty();
    }

    @Test
    void anEngineThatNeverAnswersIsNamed() {
        ScriptedEngine mute =
                new ScriptedEngine(number -> new Times(Duration.ofMillis(500), Duration.ofMillis(1)), 4096, 0);

        assertThatThrownBy(() -> measure(mute, 100, 10))
                .isInstanceOf(StoaException.class)
                .hasMessageStartingWith("scripted: answered none");
    }

    @Test
    void aMeasurementSurvivesTheLedger() {
        SpeedMeasurement speed = measure(ScriptedEngine.steady(Duration.ofMillis(100), Duration.ofMillis(5)), 200, 21);
        JsonMapper json = JsonMapper.shared();

        assertThat(json.readValue(json.writeValueAsString(speed), SpeedMeasurement.class))
                .isEqualTo(speed);
    }

    /** Confidence levels of order-statistic intervals for the median, from binomial tables. */
    @Test
    void intervalsHaveTheirTabulatedConfidence() {
        assertThat(Spread.of(5, 1, 4, 2, 3).confidence()).isCloseTo(0.9375, within(1e-12));
        assertThat(Spread.of(5, 1, 4, 2, 3, 6)).isEqualTo(new Spread(3.5, new Interval(1, 6), 0.96875, 6));
        Spread ten = Spread.of(10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
        assertThat(ten.interval()).isEqualTo(new Interval(2, 9));
        assertThat(ten.confidence()).isCloseTo(0.978515625, within(1e-12));
        Spread fifteen = Spread.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        assertThat(fifteen.interval()).isEqualTo(new Interval(4, 12));
        assertThat(fifteen.confidence()).isCloseTo(0.96484375, within(1e-9));
    }

    @Test
    void theIntervalCoversTheMedianOfASkewedDistribution() {
        long seed = 7;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int rounds = 4000;
        int covered = 0;
        for (int round = 0; round < rounds; round++) {
            double[] values = new double[9];
            Arrays.setAll(values, i -> -Math.log(1 - random.nextDouble()));
            covered += Spread.of(values).interval().contains(Math.log(2)) ? 1 : 0;
        }

        // Nine values: k = 2, confidence 0.9609375; four standard errors of a share of 4,000.
        assertThat((double) covered / rounds).isCloseTo(0.9609, within(4 * Math.sqrt(0.9609 * 0.0391 / rounds)));
    }

    private static SpeedMeasurement measure(ScriptedEngine engine, int prompt, int answer) {
        return new SpeedProbe(Optional::empty, BUDGET).measure(engine, Prompt.Text::new, prompt, answer, Progress.NONE);
    }
}
