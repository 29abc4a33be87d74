package io.stoa.model.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Interval;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairedTableTest {
    /**
     * Bentur et al. 2009 and Cavo et al. 2012 as worked through in M. W. Fagerland, S. Lydersen and P. Laake, Statistical
     * Analysis of Contingency Tables (2017), chapter 8; the third and fourth, tables with an empty cell and with as many
     * disagreements but more agreement, recomputed in Python from the formulas of Newcombe, Stat. Med. 17 (1998)
     * 2635–2650, method 10.
     */
    @ParameterizedTest
    @CsvSource({
        " 1,  1,  7, 12, -0.5069, -0.0256",
        "59,  6, 16, 80, -0.1186, -0.0046",
        "36, 12,  2,  0,  0.0569,  0.3404",
        "20, 12,  2, 16,  0.0562,  0.3292"
    })
    void matchesPublishedIntervals(int a, int b, int c, int d, double low, double high) {
        Interval interval = new PairedTable(a, b, c, d).newcombe(0.95);
        assertThat(interval.low()).isCloseTo(low, within(1e-4));
        assertThat(interval.high()).isCloseTo(high, within(1e-4));
    }

    /**
     * 1 against 7: p = 0.0703 in Fagerland, Lydersen and Laake, BMC Med. Res. Methodol. 13 (2013) 91. The second is
     * Agresti's approval rating table (Categorical Data Analysis, table 10.1), its p by scipy 1.17, {@code
     * binomtest(86, 236)}.
     */
    @ParameterizedTest
    @CsvSource({"1, 1, 7, 12, 0.0703125", "794, 150, 86, 570, 3.7159361e-05", "5, 3, 3, 5, 1", "9, 0, 0, 9, 1"})
    void matchesPublishedExactTests(int a, int b, int c, int d, double p) {
        assertThat(new PairedTable(a, b, c, d).exactMcNemar()).isCloseTo(p, within(1e-7 * p));
    }

    @Test
    void exactTestEqualsTheSumOfBinomialProbabilities() {
        for (int disagreements = 1; disagreements <= 40; disagreements++) {
            for (int b = 0; b <= disagreements; b++) {
                double tail = 0;
                double coefficient = 1;
                for (int k = 0; k <= Math.min(b, disagreements - b); k++) {
                    tail += coefficient * Math.pow(0.5, disagreements);
                    coefficient *= (double) (disagreements - k) / (k + 1);
                }
                assertThat(new PairedTable(10, b, disagreements - b, 10).exactMcNemar())
                        .isCloseTo(Math.min(1, 2 * tail), within(1e-12));
            }
        }
    }

    @Test
    void swappingTheCandidatesMirrorsEverything() {
        long seed = 20_261_125;
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            int a = random.nextInt(60);
            int b = random.nextInt(20);
            int c = random.nextInt(20);
            int d = 1 + random.nextInt(60);
            PairedTable table = new PairedTable(a, b, c, d);
            PairedTable swapped = new PairedTable(a, c, b, d);
            Interval interval = table.newcombe(0.9);
            String what = "seed " + seed + ", " + table;
            assertThat(swapped.exactMcNemar()).as(what).isEqualTo(table.exactMcNemar());
            assertThat(swapped.newcombe(0.9).low()).as(what).isCloseTo(-interval.high(), within(1e-12));
            assertThat(interval.contains(table.difference())).as(what).isTrue();
            assertThat(table.newcombe(0.99).width()).as(what).isGreaterThanOrEqualTo(interval.width());
            assertThat(interval.low()).as(what).isGreaterThanOrEqualTo(-1);
            assertThat(interval.high()).as(what).isLessThanOrEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.70, 0.10, 0.05, 100", "0.50, 0.15, 0.15, 60", "0.93, 0.03, 0.01, 200"})
    void newcombeCoversAndMcNemarRarelyErrs(double bothRight, double onlyFirst, double onlySecond, int n) {
        long seed = 7;
        Random random = new Random(seed);
        int rounds = 4_000;
        int covered = 0;
        int rejectedUnderEquality = 0;
        for (int round = 0; round < rounds; round++) {
            covered += draw(random, n, bothRight, onlyFirst, onlySecond)
                            .newcombe(0.95)
                            .contains(onlyFirst - onlySecond)
                    ? 1
                    : 0;
            double half = (onlyFirst + onlySecond) / 2;
            rejectedUnderEquality += draw(random, n, bothRight, half, half).exactMcNemar() <= 0.05 ? 1 : 0;
        }
        assertThat((double) covered / rounds).as("coverage, seed %d", seed).isBetween(0.935, 0.995);
        assertThat((double) rejectedUnderEquality / rounds)
                .as("false alarms, seed %d", seed)
                .isLessThan(0.055);
    }

    @Test
    void refusesEmptyAndNegative() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PairedTable(0, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new PairedTable(5, -1, 0, 0));
    }

    private static PairedTable draw(Random random, int n, double bothRight, double onlyFirst, double onlySecond) {
        int[] counts = new int[4];
        for (int i = 0; i < n; i++) {
            double u = random.nextDouble();
            int cell =
                    u < bothRight ? 0 : u < bothRight + onlyFirst ? 1 : u < bothRight + onlyFirst + onlySecond ? 2 : 3;
            counts[cell]++;
        }
        return new PairedTable(counts[0], counts[1], counts[2], counts[3]);
    }

    @Test
    void countsScores() {
        assertThat(PairedTable.of(List.of(1.0, 1.0, 1.0, 0.0, 0.0, 0.0), List.of(1.0, 1.0, 0.0, 1.0, 0.0, 0.0)))
                .isEqualTo(new PairedTable(2, 1, 1, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> PairedTable.of(List.of(1.0), List.of()));
    }
}
