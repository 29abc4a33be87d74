package io.stoa.benchmark.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A 95 % interval holds the truth in 95 % of seeded runs, give or take 1.5 points. */
final class JudgedCoverageTest {
    private static final int RUNS = 10_000;

    private static double coverage(String what, Predicate<SplittableRandom> holds) {
        SplittableRandom random = new SplittableRandom(20_250_101);
        int held = 0;
        for (int run = 0; run < RUNS; run++) {
            held += holds.test(random.split()) ? 1 : 0;
        }
        double coverage = (double) held / RUNS;
        System.out.printf("%s: %.2f %% of %d runs, seed 20250101%n", what, 100 * coverage, RUNS);
        return coverage;
    }

    /** The judge's errors and the share of right answers are drawn anew in each run. */
    @Test
    void correctedSharesCover() {
        double coverage = coverage("corrected share, Lang-Reiczigel", random -> {
            double truth = 0.1 + 0.8 * random.nextDouble();
            double sensitivity = 0.75 + 0.2 * random.nextDouble();
            double specificity = 0.75 + 0.2 * random.nextDouble();
            return judged(500, 60, 60, truth, sensitivity, specificity, random)
                    .interval(0.95)
                    .contains(truth);
        });
        assertThat(coverage).isCloseTo(0.95, within(0.015));
    }

    /** What the judge says, taken for the truth, hardly ever holds it. */
    @Test
    void theJudgesOwnShareDoesNot() {
        double coverage = coverage("judge's share taken for the truth, Wilson", random -> {
            JudgedShare judged = judged(500, 60, 60, 0.8, 0.85, 0.8, random);
            return Proportions.wilson(judged.yes(), judged.n(), 0.95).contains(0.8);
        });
        assertThat(coverage).isLessThan(0.1);
    }

    private static JudgedShare judged(
            int n,
            int right,
            int wrong,
            double truth,
            double sensitivity,
            double specificity,
            SplittableRandom random) {
        double called = truth * sensitivity + (1 - truth) * (1 - specificity);
        return new JudgedShare(
                count(n, called, random),
                n,
                count(right, sensitivity, random),
                right,
                count(wrong, specificity, random),
                wrong);
    }

    private static int count(int n, double share, SplittableRandom random) {
        int count = 0;
        for (int i = 0; i < n; i++) {
            count += random.nextDouble() < share ? 1 : 0;
        }
        return count;
    }

    /** Grades of 1 to 5 by a generous and noisy judge: people labelled 60 of 300 items. */
    @Test
    void predictionPoweredGradesCover() {
        double coverage = coverage("graded mean, prediction-powered", random -> {
            List<PredictionPowered.Pair> labelled = new ArrayList<>();
            List<Double> others = new ArrayList<>();
            double noise = random.nextDouble();
            for (int item = 0; item < 300; item++) {
                double human = 1 + random.nextInt(5);
                boolean generous = random.nextDouble() < 0.4;
                boolean lost = random.nextDouble() < noise;
                double judge = lost ? 1 + random.nextInt(5) : Math.min(5, human + (generous ? 1 : 0));
                if (item < 60) {
                    labelled.add(new PredictionPowered.Pair(human, judge));
                } else {
                    others.add(judge);
                }
            }
            return PredictionPowered.ofGrades(labelled, others, 1)
                    .interval(0.95)
                    .contains(3);
        });
        assertThat(coverage).isCloseTo(0.95, within(0.015));
    }

    /** Yes or no. */
    @Test
    void predictionPoweredSharesCover() {
        double coverage = coverage(
                "share, prediction-powered, 100 labels",
                random -> holdsShare(0.3 + 0.4 * random.nextDouble(), 0.3 * random.nextDouble(), 100, 500, random));
        assertThat(coverage).isCloseTo(0.95, within(0.015));
    }

    /**
     * Few labels, a share near 1 and a judge that hardly errs: often no labelled item shows an error. The interval is
     * then too wide rather than too narrow; without the added items it would hold the truth in 81 % of these runs.
     */
    @Test
    void fewLabelsWithoutADisagreementMakeNoPerfectJudge() {
        double coverage = coverage(
                "share of 0.97, judge errs in 3 %, prediction-powered, 60 labels",
                random -> holdsShare(0.97, 0.03, 60, 300, random));
        assertThat(coverage).isBetween(0.95, 0.995);
    }

    private static boolean holdsShare(double truth, double error, int labels, int rest, SplittableRandom random) {
        List<PredictionPowered.Pair> labelled = new ArrayList<>();
        List<Double> others = new ArrayList<>();
        for (int item = 0; item < labels + rest; item++) {
            double human = random.nextDouble() < truth ? 1 : 0;
            double judge = random.nextDouble() < error ? 1 - human : human;
            if (item < labels) {
                labelled.add(new PredictionPowered.Pair(human, judge));
            } else {
                others.add(judge);
            }
        }
        return PredictionPowered.ofShares(labelled, others).interval(0.95).contains(truth);
    }

    /** Sharp judges and 20 labels of either kind: the smallest calibration that is worth a correction. */
    @Test
    void correctedSharesCoverWithFewLabels() {
        double coverage = coverage("corrected share, 20 labels of either kind", random -> {
            double truth = 0.05 + 0.9 * random.nextDouble();
            return judged(200, 20, 20, truth, 0.95, 0.9, random).interval(0.95).contains(truth);
        });
        assertThat(coverage).isBetween(0.935, 0.985);
    }

    /** Wins, losses and ties of few pairs. */
    @Test
    void boundedMeansCover() {
        double coverage = coverage("mean of 12 scores of 0, 0.5 and 1", random -> {
            double win = 0.8 * random.nextDouble();
            double tie = (1 - win) * random.nextDouble();
            List<Double> scores = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                double drawn = random.nextDouble();
                scores.add(drawn < win ? 1 : drawn < win + tie ? 0.5 : 0);
            }
            return Means.boundedInterval(scores, 0.95).contains(win + tie / 2);
        });
        assertThat(coverage).isBetween(0.935, 0.99);
    }

    @Test
    void kappaCovers() {
        // With three equally likely scores and a second rater who guesses in half of the items, κ is ½.
        double coverage = coverage("Cohen's kappa", random -> {
            List<Double> first = new ArrayList<>();
            List<Double> second = new ArrayList<>();
            for (int item = 0; item < 200; item++) {
                double score = random.nextInt(3);
                first.add(score);
                second.add(random.nextBoolean() ? score : random.nextInt(3));
            }
            return Agreement.of(first, second).interval(0.95).contains(0.5);
        });
        assertThat(coverage).isCloseTo(0.95, within(0.015));
    }

    /** A perfect judge makes labels of all items out of a few; a useless one is left out. */
    @Test
    void aGoodJudgeIsWorthLabels() {
        SplittableRandom random = new SplittableRandom(3);
        List<PredictionPowered.Pair> same = new ArrayList<>();
        List<Double> others = new ArrayList<>();
        for (int item = 0; item < 1000; item++) {
            double score = random.nextDouble();
            if (item < 50) {
                same.add(new PredictionPowered.Pair(score, score));
            } else {
                others.add(score);
            }
        }
        PredictionPowered alone = PredictionPowered.of(same, others, 0);

        assertThat(PredictionPowered.of(same, others).standardError()).isLessThan(alone.standardError() / 3);
        List<PredictionPowered.Pair> useless = same.stream()
                .map(pair -> new PredictionPowered.Pair(pair.human(), 7))
                .toList();
        assertThat(PredictionPowered.of(useless, Collections.nCopies(950, 7.0)))
                .isEqualTo(new PredictionPowered(alone.estimate(), alone.centre(), alone.standardError(), 0, 50, 950));
    }

    @Test
    void aJudgeNoBetterThanChanceTellsNothing() {
        JudgedShare coin = new JudgedShare(70, 100, 26, 50, 24, 50);

        assertThat(coin.estimate()).isEqualTo(0.7);
        assertThat(coin.interval(0.95).width()).isEqualTo(1);
    }

    @Test
    void aPerfectJudgeIsBelieved() {
        JudgedShare perfect = new JudgedShare(700, 1000, 5000, 5000, 5000, 5000);

        assertThat(perfect.estimate()).isEqualTo(0.7);
        assertThat(perfect.interval(0.95).low())
                .isCloseTo(Proportions.wilson(700, 1000, 0.95).low(), within(0.001));
    }

    @Test
    void refusesWhatIsNoShare() {
        assertThatThrownBy(() -> new JudgedShare(1, 2, 0, 0, 1, 1))
                .hasMessageContaining("right labelled items called right: not a share: 0 of 0");
        assertThatThrownBy(() -> Agreement.of(List.of(1.0), List.of())).hasMessageContaining("1 and 0");
        assertThatThrownBy(() -> PredictionPowered.of(List.of(new PredictionPowered.Pair(1, 1)), List.of(1.0, 0.0)))
                .hasMessageContaining("at least two");
    }

    /** Raters that say one thing only agree, but no more than chance would have it. */
    @Test
    void oneScoreShowsNoAgreement() {
        assertThat(Agreement.ofGrades(List.of(4.0, 4.0), List.of(4.0, 4.0))).isEqualTo(new Agreement(1, 0, 0, 2));
    }
}
