package io.stoa.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
    @Test
    void percentilesAreWithinThirtyTwoThousandthsOfTheSortedOnes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Histogram histogram = new Histogram();
        long[] durations = new long[20_000];
        for (int at = 0; at < durations.length; at++) {
            durations[at] = (long) Math.exp(random.nextDouble() * 25);
            histogram.add(durations[at]);
        }
        Arrays.sort(durations);
        for (double share : new double[] {0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1}) {
            long exact = durations[(int) Math.ceil(share * durations.length) - 1];
            assertThat((double) histogram.percentile(share).orElseThrow())
                    .as("percentile %s, seed %s", share, seed)
                    .isCloseTo((double) exact, within(Math.max(0.5, exact * 0.032)));
        }
    }

    @Test
    void shortDurationsAreExact() {
        for (long micros = 0; micros < 32; micros++) {
            Histogram histogram = new Histogram();
            histogram.add(micros);
            assertThat(histogram.percentile(0.5)).hasValue(micros);
        }
    }

    @Test
    void nothingHasNoPercentile() {
        assertThat(new Histogram().percentile(0.5)).isEmpty();
    }

    @Test
    void whatNoClockShouldSayIsCountedAtTheEnds() {
        Histogram histogram = new Histogram();
        histogram.add(-5);
        histogram.add(Long.MAX_VALUE);
        assertThat(histogram.total()).isEqualTo(2);
        assertThat(histogram.percentile(0.5)).hasValue(0);
        assertThat(histogram.percentile(1).orElseThrow()).isGreaterThan(100_000_000_000L);
    }

    @Test
    void addedHistogramsAreAsOne() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Histogram one = new Histogram();
        Histogram left = new Histogram();
        Histogram right = new Histogram();
        for (int n = 0; n < 5_000; n++) {
            long micros = random.nextInt(10_000_000);
            one.add(micros);
            (random.nextBoolean() ? left : right).add(micros);
        }
        left.add(right);
        left.add(new Histogram());
        assertThat(left.total()).isEqualTo(5_000);
        for (double share = 0.01; share <= 1; share += 0.01) {
            assertThat(left.percentile(share)).as("seed %s", seed).isEqualTo(one.percentile(share));
        }
    }
}
