package io.stoa.benchmark.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.TDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairedRatioTest {
    private static PairedRatio ratio(List<Double> first, List<Double> second) {
        return PairedRatio.of(List.of(new PairedRatio.Task(1, first, second)), 0.95)
                .orElseThrow();
    }

    /** So many items each: both right, only the first, only the second, neither. */
    private static PairedRatio table(int both, int first, int second, int neither) {
        List<Double> a = new ArrayList<>();
        List<Double> b = new ArrayList<>();
        add(a, b, both, 1, 1);
        add(a, b, first, 1, 0);
        add(a, b, second, 0, 1);
        add(a, b, neither, 0, 0);
        return ratio(a, b);
    }

    private static void add(List<Double> a, List<Double> b, int times, double ofA, double ofB) {
        a.addAll(Collections.nCopies(times, ofA));
        b.addAll(Collections.nCopies(times, ofB));
    }

    @Test
    void keepsTheShareOfTheMeans() {
        PairedRatio ratio = table(60, 5, 15, 20);
        assertThat(ratio.ratio()).isCloseTo(65.0 / 75, within(1e-12));
        assertThat(ratio.low()).isBetween(0.7, 65.0 / 75);
        assertThat(ratio.high().orElseThrow()).isBetween(65.0 / 75, 1.0);
        assertThat(ratio.items()).isEqualTo(100);
    }

    @Test
    void theSameAnswersKeepEverything() {
        PairedRatio ratio = table(70, 0, 0, 30);
        assertThat(ratio.ratio()).isEqualTo(1);
        assertThat(ratio.low()).isBetween(0.9, 1.0);
        assertThat(ratio.high().orElseThrow()).isBetween(1.0, 1.1);
    }

    /** With nothing wrong anywhere the limits are Wilson's, n ÷ (n + z²), and their inverse. */
    @Test
    void allRightIsNoProofOfEquality() {
        PairedRatio ratio = table(20, 0, 0, 0);
        double wilson = 20 / (20 + 1.959963984540054 * 1.959963984540054);
        assertThat(ratio.low()).isCloseTo(wilson, within(1e-12));
        assertThat(ratio.high().orElseThrow()).isCloseTo(1 / wilson, within(1e-9));
    }

    @Test
    void hasNoUpperEndWhereTheSecondMayBeWorthNothing() {
        assertThat(table(0, 3, 1, 96).high()).isPresent();
        PairedRatio ratio = ratio(List.of(0.5, 0.4, 0.6, 0.2), List.of(0.02, 0.0, 0.0, 0.0));
        assertThat(ratio.high()).isEmpty();
        assertThat(ratio.low()).isGreaterThanOrEqualTo(0);
        assertThat(PairedRatio.of(List.of(new PairedRatio.Task(1, List.of(1.0, 0.0), List.of(0.0, 0.0))), 0.95))
                .isEmpty();
    }

    /** Where scores are many and graded the limits are nearly symmetric, and the interval is nearly Fieller's. */
    @Test
    void isFiellersForManyGradedScores() {
        SplittableRandom random = new SplittableRandom(11);
        List<Double> a = new ArrayList<>();
        List<Double> b = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            double hard = random.nextDouble();
            b.add(0.3 + 0.5 * hard + 0.2 * random.nextDouble());
            a.add(0.2 + 0.5 * hard + 0.2 * random.nextDouble());
        }
        PairedRatio ratio = ratio(a, b);
        double n = a.size();
        double m1 = Means.mean(a);
        double m2 = Means.mean(b);
        double v1 = 0;
        double v2 = 0;
        double v12 = 0;
        for (int i = 0; i < n; i++) {
            v1 += (a.get(i) - m1) * (a.get(i) - m1) / (n - 1) / n;
            v2 += (b.get(i) - m2) * (b.get(i) - m2) / (n - 1) / n;
            v12 += (a.get(i) - m1) * (b.get(i) - m2) / (n - 1) / n;
        }
        double t2 = Math.pow(TDistribution.of(n - 1).inverseSurvivalProbability(0.025), 2);
        double qa = m2 * m2 - t2 * v2;
        double qb = m1 * m2 - t2 * v12;
        double qc = m1 * m1 - t2 * v1;
        double root = Math.sqrt(qb * qb - qa * qc);
        assertThat(ratio.low()).isCloseTo((qb - root) / qa, within(2e-4));
        assertThat(ratio.high().orElseThrow()).isCloseTo((qb + root) / qa, within(2e-4));
    }

    /** Pairs drawn from a known table: the true ratio lies within in about 95 of 100 samples. */
    @ParameterizedTest
    @CsvSource({
        "30, 0.60, 0.05, 0.15",
        "100, 0.60, 0.05, 0.15",
        "400, 0.60, 0.05, 0.15",
        "100, 0.90, 0.02, 0.06",
        "100, 0.20, 0.20, 0.30",
        "100, 0.94, 0.00, 0.05",
        "50, 0.97, 0.01, 0.01"
    })
    void coversCloseToItsLevel(int n, double both, double first, double second) {
        SplittableRandom random = new SplittableRandom(5);
        double truth = (both + first) / (both + second);
        int trials = 1500;
        int covered = 0;
        for (int trial = 0; trial < trials; trial++) {
            int[] counts = new int[4];
            for (int i = 0; i < n; i++) {
                double u = random.nextDouble();
                counts[u < both ? 0 : u < both + first ? 1 : u < both + first + second ? 2 : 3]++;
            }
            if (counts[0] + counts[2] == 0) {
                covered++;
                continue;
            }
            PairedRatio ratio = table(counts[0], counts[1], counts[2], counts[3]);
            covered += ratio.low() <= truth && truth <= ratio.high().orElse(Double.POSITIVE_INFINITY) ? 1 : 0;
        }
        // Where hardly anything is wrong, Wilson's limits are wide, and so is this.
        assertThat((double) covered / trials).as("seed 5").isBetween(0.93, 1.0);
    }

    @Test
    void tasksCountByTheirWeights() {
        PairedRatio.Task strong = new PairedRatio.Task(3, List.of(1.0, 1.0, 1.0, 0.0), List.of(1.0, 1.0, 1.0, 1.0));
        PairedRatio.Task weak = new PairedRatio.Task(1, List.of(0.0, 0.0), List.of(1.0, 0.0));
        PairedRatio ratio = PairedRatio.of(List.of(strong, weak), 0.95).orElseThrow();
        assertThat(ratio.first()).isCloseTo(0.75 * 0.75, within(1e-12));
        assertThat(ratio.second()).isCloseTo(0.75 + 0.25 * 0.5, within(1e-12));
        assertThat(ratio.items()).isEqualTo(6);
        // A task asked twice over tells more.
        PairedRatio.Task twice = new PairedRatio.Task(
                3, List.of(1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0), List.of(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0));
        assertThat(PairedRatio.of(List.of(twice, weak), 0.95).orElseThrow().low())
                .isGreaterThan(ratio.low());
    }

    @Test
    void itemsHaveTwoScoresAndTasksAWeight() {
        assertThatThrownBy(() -> new PairedRatio.Task(1, List.of(1.0), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PairedRatio.Task(0, List.of(1.0), List.of(1.0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PairedRatio.Task(1, List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
