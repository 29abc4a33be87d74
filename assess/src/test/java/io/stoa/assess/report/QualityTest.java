package io.stoa.assess.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Quantity;
import io.stoa.model.TaskKind;
import io.stoa.model.Workload;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QualityTest {
    private static Workload workload(double... shares) {
        List<Workload.TaskSpec> tasks = IntStream.range(0, shares.length)
                .mapToObj(i -> new Workload.TaskSpec(
                        "t" + i,
                        shares[i],
                        OptionalDouble.empty(),
                        Optional.empty(),
                        true,
                        new TaskKind.MultipleChoice(Path.of("x"))))
                .toList();
        return new Workload(tasks, 1, 1, 2, 1, Workload.Latency.NO_TARGET);
    }

    private static Quantity score(long right, int n) {
        return Quantity.of(Quantity.SCORE, SampleAssessment.wilson(right, n), "items");
    }

    @Test
    void weighsByShare() {
        Quality quality = Quality.of(workload(0.75, 0.25), Map.of("t0", score(80, 100), "t1", score(40, 100)))
                .orElseThrow();
        assertThat(quality.value()).isCloseTo(0.7, within(1e-12));
        assertThat(quality.covered()).isEqualTo(1);
        assertThat(quality.missing()).isEmpty();
    }

    @Test
    void oneTaskHasItsOwnInterval() {
        Quantity score = score(80, 100);
        Quality quality = Quality.of(workload(1), Map.of("t0", score)).orElseThrow();
        assertThat(quality.interval().low())
                .isCloseTo(score.interval().orElseThrow().low(), within(1e-12));
        assertThat(quality.interval().high())
                .isCloseTo(score.interval().orElseThrow().high(), within(1e-12));
    }

    @Test
    void saysWhatIsMissingAndCountsItNotAsZero() {
        Quality quality = Quality.of(workload(0.5, 0.3, 0.2, 0), Map.of("t0", score(80, 100)))
                .orElseThrow();
        assertThat(quality.value()).isCloseTo(0.8, within(1e-12));
        assertThat(quality.covered()).isCloseTo(0.5, within(1e-12));
        assertThat(quality.missing()).containsExactly("t1", "t2");
        assertThat(Quality.of(workload(0.5, 0), Map.of("t1", score(1, 2)))).isEmpty();
    }

    /** The interval must hold the true mean about as often as it claims, when the tasks are really drawn. */
    @Test
    void coversTheTruth() {
        long seed = new Random().nextLong();
        System.out.println("QualityTest seed " + seed);
        Random random = new Random(seed);
        Workload workload = workload(0.6, 0.3, 0.1);
        double[] truth = {0.9, 0.5, 0.2};
        double mean = 0.6 * truth[0] + 0.3 * truth[1] + 0.1 * truth[2];
        int covered = 0;
        int rounds = 4000;
        for (int round = 0; round < rounds; round++) {
            Quantity[] scores = new Quantity[3];
            for (int i = 0; i < 3; i++) {
                double p = truth[i];
                scores[i] = score(random.doubles(100).filter(u -> u < p).count(), 100);
            }
            Quality quality = Quality.of(workload, Map.of("t0", scores[0], "t1", scores[1], "t2", scores[2]))
                    .orElseThrow();
            covered += quality.interval().contains(mean) ? 1 : 0;
        }
        // 95 % nominal; five standard errors of a simulated share are 1.7 points
        assertThat(covered / (double) rounds).as("seed %d", seed).isBetween(0.93, 0.972);
    }
}
