package io.stoa.integration.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.integration.retrieve.Abstention.Labelled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AbstentionTest {
    /** scipy.stats.beta.ppf(1 - risk, seen + 1, n - seen) */
    @Test
    void boundsAreScipys() {
        assertThat(BinomialBound.upper(0, 10, 0.05)).isCloseTo(1 - Math.pow(0.05, 0.1), within(1e-9));
        assertThat(BinomialBound.upper(1, 10, 0.05)).isCloseTo(0.39416330243650466, within(1e-9));
        assertThat(BinomialBound.upper(7, 200, 0.0025)).isCloseTo(0.08860766083803404, within(1e-9));
        assertThat(BinomialBound.upper(4000, 100_000, 0.01)).isCloseTo(0.041464842654438124, within(1e-9));
        assertThat(BinomialBound.upper(5, 5, 0.05)).isEqualTo(1);
    }

    @Test
    void takesTheLowestThresholdThatKeepsThePromise() {
        List<Labelled> labelled = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            labelled.add(new Labelled(i / 1000.0, i >= 300));
        }
        Abstention fitted = Abstention.fit(labelled, 0.05, 0.95).orElseThrow();

        // 70 % of the questions are right without exception; at 75 % there would be 50 wrong ones among 750.
        assertThat(fitted.answered()).isEqualTo(700);
        assertThat(fitted.wrong()).isZero();
        assertThat(fitted.bound()).isLessThanOrEqualTo(0.05);
        assertThat(fitted.answers(0.3)).isTrue();
        assertThat(fitted.answers(0.299)).isFalse();
    }

    @Test
    void promisesNothingItCannotKeep() {
        int fewest = Abstention.fewest(0.05, 0.95);
        assertThat(fewest).isEqualTo(117);
        List<Labelled> right =
                IntStream.range(0, fewest).mapToObj(i -> new Labelled(i, true)).toList();
        assertThat(Abstention.fit(right, 0.05, 0.95))
                .get()
                .satisfies(all -> assertThat(all.answers(-100)).isTrue());
        assertThat(Abstention.fit(right.subList(1, fewest), 0.05, 0.95)).isEmpty();
        assertThat(Abstention.fit(List.of(), 0.05, 0.95)).isEmpty();
        assertThatThrownBy(() -> Abstention.fit(right, 1, 0.95)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Many labelled samples of one known world: the promise is broken no more often than was said. */
    @Test
    void thePromiseHolds() {
        long seed = 20_261_132;
        Random random = new Random(seed);
        int fitted = 0;
        int broken = 0;
        for (int trial = 0; trial < 1000; trial++) {
            List<Labelled> labelled = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                double score = random.nextDouble();
                labelled.add(new Labelled(score, random.nextDouble() < score));
            }
            Optional<Abstention> one = Abstention.fit(labelled, 0.2, 0.9);
            if (one.isPresent()) {
                fitted++;
                // Above t, scores are even on [t, 1], and a question is wrong with 1 − score: (1 − t) ÷ 2 on average.
                double wrong = (1 - Math.max(0, one.get().threshold())) / 2;
                broken += wrong > 0.2 ? 1 : 0;
            }
        }
        assertThat(fitted).as("seed %d", seed).isGreaterThan(300);
        assertThat(broken).as("seed %d: of %d", seed, fitted).isLessThanOrEqualTo(100);
    }

    @Test
    void keepsTheAnswerable() {
        long seed = 20_261_133;
        Random random = new Random(seed);
        int kept = 0;
        for (int trial = 0; trial < 4000; trial++) {
            List<Double> scores = random.doubles(50).boxed().toList();
            double threshold = Abstention.keeping(scores, 0.1).orElseThrow();
            kept += random.nextDouble() > threshold ? 1 : 0;
        }
        assertThat(kept / 4000.0).as("seed %d", seed).isBetween(0.885, 0.925);
        assertThat(Abstention.keeping(List.of(1.0, 2.0), 0.1)).isEmpty();
    }
}
