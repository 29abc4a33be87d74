package io.stoa.benchmark.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.measure.Attempts;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RepeatedScoresTest {
    /** E. Miller, arXiv 2411.00640: ω² = 1/9 and no noise take 969 questions for 3 points. */
    @Test
    void itemsForThreePoints() {
        assertThat(SampleSizes.toSeeMeanDifference(0.03, 1.0 / 9, SamplingNoise.NONE, SamplingNoise.NONE, 0.95, 0.8))
                .isEqualTo(969);
    }

    /** The same source: 198 items show 13.3 points with one answer each and 7.6 with ten. */
    @Test
    void repeatsShowSmallerDifferences() {
        assertThat(visible(1)).isCloseTo(0.133, within(0.0005));
        assertThat(visible(10)).isCloseTo(0.076, within(0.0005));
        SamplingNoise ten = new SamplingNoise(1.0 / 6, 10);
        assertThat(SampleSizes.toSeeMeanDifference(visible(10), 1.0 / 9, ten, ten, 0.95, 0.8))
                .isEqualTo(198);
    }

    private static double visible(int repeats) {
        SamplingNoise noise = new SamplingNoise(1.0 / 6, repeats);
        return SampleSizes.smallestVisibleMeanDifference(198, 1.0 / 9, noise, noise, 0.95, 0.8);
    }

    /** Miller's Var(K) = Var(1) (1 + 2 / K) / 3, for chances of a right answer that are uniform on [0, 1]. */
    @Test
    void noiseAndItemsAreToldApart() {
        SplittableRandom random = new SplittableRandom(11);
        List<List<Double>> answers = new ArrayList<>();
        for (int item = 0; item < 40_000; item++) {
            double chance = random.nextDouble();
            answers.add(IntStream.range(0, 4)
                    .mapToObj(_ -> random.nextDouble() < chance ? 1.0 : 0.0)
                    .toList());
        }
        RepeatedScores scores = RepeatedScores.ofAnswers(answers);

        assertThat(scores.betweenItems()).isCloseTo(1.0 / 12, within(0.002));
        assertThat(scores.samplingVariance() * 4).isCloseTo(1.0 / 6, within(0.002));
        double one = scores.standardErrorWith(0.25);
        for (int repeats : List.of(2, 4, 16)) {
            double error = scores.standardErrorWith(repeats / 4.0);
            assertThat(error * error).isCloseTo(one * one * (1 + 2.0 / repeats) / 3, within(2e-7));
        }
        assertThat(scores.standardErrorWith(1)).isCloseTo(scores.standardError(), within(1e-12));
        assertThat(scores.standardErrorOnTheseItems()).isCloseTo(Math.sqrt(1.0 / 24 / 40_000), within(2e-5));
    }

    /** By hand: item means 1 and ½, their variance ⅛, and the second's noise ½ / 2. */
    @Test
    void aSmallCaseByHand() {
        RepeatedScores scores = RepeatedScores.ofAnswers(List.of(List.of(1.0, 1.0), List.of(1.0, 0.0)));

        assertThat(scores).isEqualTo(new RepeatedScores(2, 0.75, 0.125, 0.125));
        assertThat(scores.betweenItems()).isZero();
        assertThat(scores.standardError()).isEqualTo(0.25);
    }

    /** Over all outcomes of n answers, weighted by their chance, the estimate has the variance that is estimated. */
    @Test
    void theVarianceOfPassAtKHasNoBias() {
        int compared = 0;
        for (int n : List.of(2, 5, 8)) {
            for (int k = 1; 2 * k <= n; k++) {
                for (double p : List.of(0.1, 0.5, 0.8)) {
                    double mean = 0;
                    double square = 0;
                    double estimated = 0;
                    for (int right = 0; right <= n; right++) {
                        double chance = chance(n, right, p);
                        double pass = Attempts.passAtK(n, right, k);
                        mean += chance * pass;
                        square += chance * pass * pass;
                        estimated += chance * Attempts.passAtKVariance(n, right, k);
                    }
                    assertThat(mean).isCloseTo(1 - Math.pow(1 - p, k), within(1e-12));
                    assertThat(estimated).isCloseTo(square - mean * mean, within(1e-12));
                    compared++;
                }
            }
        }
        assertThat(compared).isEqualTo(21);
        assertThat(Attempts.passAtKVariance(10, 3, 1)).isCloseTo(0.3 * 0.7 / 9, within(1e-12));
    }

    private static double chance(int n, int right, double p) {
        double ways = 1;
        for (int i = 1; i <= right; i++) {
            ways *= (double) (n - right + i) / i;
        }
        return ways * Math.pow(p, right) * Math.pow(1 - p, n - right);
    }

    /** The interval of a mean pass@k holds the truth in about 95 % of runs. */
    @Test
    void meanPassAtKIsAsSureAsItSays() {
        SplittableRandom random = new SplittableRandom(5);
        int held = 0;
        int runs = 2000;
        for (int run = 0; run < runs; run++) {
            List<Double> passes = new ArrayList<>();
            List<Double> variances = new ArrayList<>();
            for (int item = 0; item < 60; item++) {
                double chance = random.nextDouble();
                int right = (int) IntStream.range(0, 10)
                        .filter(_ -> random.nextDouble() < chance)
                        .count();
                passes.add(Attempts.passAtK(10, right, 4));
                variances.add(Attempts.passAtKVariance(10, right, 4));
            }
            RepeatedScores scores = RepeatedScores.of(passes, variances);
            held += Means.interval(scores.mean(), scores.standardError(), 60, 0.95)
                            .contains(0.8)
                    ? 1
                    : 0;
        }
        System.out.printf("mean pass@4 of 60 items: %.2f %% of %d runs, seed 5%n", 100.0 * held / runs, runs);
        assertThat((double) held / runs).isBetween(0.92, 0.97);
    }

    @Test
    void refusesWhatHasNoSpread() {
        assertThatThrownBy(() -> RepeatedScores.of(List.of(1.0), List.of())).hasMessageContaining("1 and 0");
        assertThatThrownBy(() -> Attempts.passAtKVariance(5, 2, 3)).hasMessageContaining("twice as many answers: 5");
        assertThatThrownBy(() -> new SamplingNoise(-1, 1)).hasMessageContaining("-1.0, 1");
        assertThatThrownBy(() ->
                        SampleSizes.toSeeMeanDifference(0, 0.1, SamplingNoise.NONE, SamplingNoise.NONE, 0.95, 0.8))
                .hasMessageContaining("a difference of 0.0");
    }
}
