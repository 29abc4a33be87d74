package io.stoa.benchmark.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.benchmark.stats.StoppingRule.Outcome;
import io.stoa.model.Interval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SequentialDifferenceTest {
    private static final Path PREDICTIONS = Path.of("../../shared/data/results/mmlu-pro-predictions.csv");
    private static final StoppingRule BETTER = new StoppingRule.Better(0.95, 0.01);

    /** By hand: one item on which the first alone is right multiplies each bet by 1 + its share. */
    @Test
    void evidenceIsTheAverageFortune() {
        SequentialDifference differences = new SequentialDifference();
        differences.add(1);

        double above = 0.05 * 1.02 + 0.10 * 1.08 + 0.45 * 1.23 + 0.25 * 1.36 + 0.15 * 1.70;
        assertThat(differences.logEvidenceAbove(0)).isCloseTo(Math.log(above), within(1e-12));
        double below = 0.05 * 0.98 + 0.10 * 0.92 + 0.45 * 0.77 + 0.25 * 0.64 + 0.15 * 0.30;
        assertThat(differences.logEvidenceBelow(0)).isCloseTo(Math.log(below), within(1e-12));
    }

    @Test
    void nothingSeenRulesNothingOut() {
        Interval interval = new SequentialDifference().interval(0.95);

        assertThat(interval.low()).isEqualTo(-1);
        assertThat(interval.high()).isEqualTo(1);
        assertThat(BETTER.decide(new SequentialDifference())).isEmpty();
    }

    /** The bound of at most 5 % is a theorem; 2,000 runs see a broken one. */
    @ParameterizedTest
    @CsvSource({"0.05, 1", "0.3, 2", "1.0, 3"})
    void equalCandidatesAreRarelyToldApartHoweverOftenOneLooks(double disagreement, long seed) {
        int runs = 2000;
        int wrong = 0;
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < runs; run++) {
            SequentialDifference differences = new SequentialDifference();
            boolean decided = false;
            for (int item = 0; item < 300 && !decided; item++) {
                differences.add(random.nextDouble() >= disagreement ? 0 : random.nextBoolean() ? 1 : -1);
                decided = differences.logEvidenceAbove(0) >= Math.log(40)
                        || differences.logEvidenceBelow(0) >= Math.log(40);
            }
            wrong += decided ? 1 : 0;
        }
        assertThat(wrong).as("seed " + seed).isLessThanOrEqualTo((int)
                (runs * 0.05 + 3 * Math.sqrt(runs * 0.05 * 0.95)));
    }

    /**
     * Exactly: on the items that disagree, the number won ahead is a walk that ends where the evidence suffices, and how
     * many of n items disagree is binomial. 280 are 2 % of 14,000.
     */
    @ParameterizedTest
    @CsvSource({
        "0.10, 0.2, 163",
        "0.10, 0.3, 214",
        "0.10, 0.4, 267",
        "0.15, 0.4, 133",
        "0.05, 0.2, 534",
        "0.05, 0.4, 1358"
    })
    void halfOfTheRunsAreDecidedBy(double gap, double disagreement, int items) {
        double[] decided = decidedAfter((disagreement + gap) / 2 / disagreement, 1200);

        assertThat(decidedBy(items, disagreement, decided)).isGreaterThanOrEqualTo(0.5);
        assertThat(decidedBy(items - 1, disagreement, decided)).isLessThan(0.5);
    }

    /** The probability that the k-th item on which the two disagree decides, when the better one wins a share of them. */
    private static double[] decidedAfter(double share, int most) {
        double[] decided = new double[most + 1];
        double[] walk = new double[2 * most + 1];
        walk[most] = 1;
        int bound = 1;
        for (int k = 1; k <= most; k++) {
            double[] next = new double[walk.length];
            for (int at = most - k + 1; at < most + k; at++) {
                next[at + 1] += share * walk[at];
                next[at - 1] += (1 - share) * walk[at];
            }
            while (bound <= k && (bound % 2 != k % 2 || !decides(k, bound))) {
                bound++;
            }
            for (int ahead = bound; ahead <= k; ahead++) {
                decided[k] += next[most + ahead] + next[most - ahead];
                next[most + ahead] = 0;
                next[most - ahead] = 0;
            }
            walk = next;
            bound = Math.max(1, bound - 2);
        }
        return decided;
    }

    private static boolean decides(int disagreeing, int ahead) {
        SequentialDifference differences = new SequentialDifference();
        differences.add(1, (disagreeing + ahead) / 2);
        differences.add(-1, (disagreeing - ahead) / 2);
        return BETTER.decide(differences).equals(Optional.of(Outcome.FIRST_BETTER));
    }

    private static double decidedBy(int items, double disagreement, double[] decided) {
        BinomialDistribution disagreeing = BinomialDistribution.of(items, disagreement);
        double sum = 0;
        for (int k = 1; k < decided.length; k++) {
            sum += decided[k] * disagreeing.survivalProbability(k - 1);
        }
        return sum;
    }

    @Test
    void theIntervalHoldsTheMeanAtEveryLook() {
        int runs = 300;
        int missed = 0;
        SplittableRandom random = new SplittableRandom(4);
        for (int run = 0; run < runs; run++) {
            SequentialDifference differences = new SequentialDifference();
            boolean outside = false;
            for (int item = 1; item <= 400; item++) {
                double drawn = random.nextDouble();
                differences.add(drawn < 0.25 ? 1 : drawn < 0.40 ? -1 : drawn < 0.5 ? 0.5 : 0);
                outside |= item % 20 == 0 && !differences.interval(0.9).contains(0.15);
            }
            missed += outside ? 1 : 0;
        }
        assertThat(missed).as("seed 4").isLessThanOrEqualTo((int) (runs * 0.1 + 3 * Math.sqrt(runs * 0.1 * 0.9)));
    }

    @Test
    void swappingTheCandidatesMirrorsTheInterval() {
        Random random = new Random(5);
        SequentialDifference one = new SequentialDifference();
        SequentialDifference other = new SequentialDifference();
        for (int i = 0; i < 100; i++) {
            double difference = random.nextInt(3) - 0.75;
            one.add(Math.min(difference, 1));
            other.add(-Math.min(difference, 1));
        }
        assertThat(one.interval(0.95).low()).isCloseTo(-other.interval(0.95).high(), within(1e-12));
        assertThat(one.interval(0.95).high()).isCloseTo(-other.interval(0.95).low(), within(1e-12));
    }

    @Test
    void aModelThatAnswersAlikeIsNotInferiorSoon() {
        StoppingRule rule = new StoppingRule.NonInferior(0.95, 0.02);
        SequentialDifference differences = new SequentialDifference();
        int items = 0;
        while (rule.decide(differences).isEmpty()) {
            differences.add(0);
            items++;
        }
        assertThat(rule.decide(differences)).contains(Outcome.NOT_INFERIOR);
        assertThat(items).isBetween(200, 450);
    }

    @Test
    void aModelThatFailsIsInferior() {
        SequentialDifference differences = new SequentialDifference();
        for (int i = 0; i < 40; i++) {
            differences.add(i % 3 == 0 ? -1 : 0);
        }
        assertThat(new StoppingRule.NonInferior(0.95, 0.02).decide(differences)).contains(Outcome.INFERIOR);
        assertThat(BETTER.decide(differences)).contains(Outcome.SECOND_BETTER);
    }

    @Test
    void withoutAnyDisagreementTwoAreAlikeInTheEnd() {
        SequentialDifference differences = new SequentialDifference();
        for (int i = 0; i < 2000; i++) {
            differences.add(0);
        }
        assertThat(BETTER.decide(differences)).contains(Outcome.ALIKE);
    }

    @Test
    void refusesWhatIsNoDifference() {
        assertThatThrownBy(() -> new SequentialDifference().add(1.5)).hasMessageContaining("1.5");
        assertThatThrownBy(() -> new SequentialDifference().add(Double.NaN)).hasMessageContaining("NaN");
    }

    /** Published answers: gemma-7b is 14 points ahead of Llama-2-7b over 12,032 items. */
    @Test
    void aPublishedGapIsDecidedWithTwoPercentOfTheItems() throws IOException {
        assumeTrue(Files.exists(PREDICTIONS), "the published MMLU-Pro predictions are not here");
        List<Double> all = new ArrayList<>();
        for (String line : Files.readAllLines(PREDICTIONS).subList(1, 12_033)) {
            List<String> cells = List.of(line.split(",", -1));
            String answer = cells.get(2);
            all.add((cells.get(8).equals(answer) ? 1.0 : 0) - (cells.get(3).equals(answer) ? 1.0 : 0));
        }
        List<Long> needed = new ArrayList<>();
        for (int seed = 0; seed < 51; seed++) {
            Collections.shuffle(all, new Random(seed));
            SequentialDifference differences = new SequentialDifference();
            Optional<Outcome> outcome = Optional.empty();
            for (int i = 0; outcome.isEmpty() && i < all.size(); i++) {
                differences.add(all.get(i));
                outcome = BETTER.decide(differences);
            }
            assertThat(outcome).as("seed " + seed).contains(Outcome.FIRST_BETTER);
            needed.add(differences.n());
        }
        Collections.sort(needed);
        assertThat(needed.get(25)).isLessThanOrEqualTo(all.size() / 50);
    }
}
