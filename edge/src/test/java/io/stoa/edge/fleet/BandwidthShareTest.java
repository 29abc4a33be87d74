package io.stoa.edge.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Interval;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BandwidthShareTest {
    private static MeasuredSpeed row(double share, String source) {
        return new MeasuredSpeed("m", 1e9, 10 * share, "e", source);
    }

    @Test
    void ofNothingIsWideAndExpectsNothing() {
        BandwidthShare share = BandwidthShare.of(List.of(), 1e10);
        assertThat(share.expected()).isEmpty();
        assertThat(share.interval()).isEqualTo(new Interval(0.20, 0.92));
    }

    /** t(6; 0.95) = 1.943180: mean ± 1.943180 · s · √(8/7) of the logarithms. */
    @Test
    void isThePredictionIntervalOfTheLogarithms() {
        List<Double> shares = List.of(0.50, 0.52, 0.54, 0.48, 0.55, 0.51, 0.53);
        BandwidthShare share =
                BandwidthShare.of(shares.stream().map(each -> row(each, "one")).toList(), 1e10);
        double mean = shares.stream().mapToDouble(Math::log).average().orElseThrow();
        double deviation = Math.sqrt(shares.stream()
                        .mapToDouble(each -> Math.pow(Math.log(each) - mean, 2))
                        .sum()
                / 6);
        double half = 1.943180 * deviation * Math.sqrt(8.0 / 7);
        assertThat(share.expected().orElseThrow()).isCloseTo(Math.exp(mean), within(1e-12));
        assertThat(share.interval().low()).isCloseTo(Math.exp(mean - half), within(1e-6));
        assertThat(share.interval().high()).isCloseTo(Math.exp(mean + half), within(1e-6));
        assertThat(share.basis()).isEqualTo("7 measurements on this class from 1 source");
    }

    @Test
    void expectsTheFirstSourceAndHoldsAll() {
        BandwidthShare share = BandwidthShare.of(
                List.of(row(0.5, "one"), row(0.5, "one"), row(0.5, "one"), row(0.3, "two"), row(0.95, "three")), 1e10);
        assertThat(share.expected())
                .isEqualTo(OptionalDouble.of(share.expected().orElseThrow()));
        assertThat(share.expected().orElseThrow()).isCloseTo(0.5, within(1e-12));
        assertThat(share.interval().low()).isCloseTo(0.2, within(1e-12));
        assertThat(share.interval().high()).isEqualTo(1);
    }

    @Test
    void nineOfTenNewModelsLieWithin() {
        SplittableRandom random = new SplittableRandom(20261127);
        int within = 0;
        int trials = 4000;
        for (int trial = 0; trial < trials; trial++) {
            List<MeasuredSpeed> rows = IntStream.range(0, 5)
                    .mapToObj(_ -> row(0.4 * Math.exp(0.08 * random.nextGaussian()), "one"))
                    .toList();
            within += BandwidthShare.of(rows, 1e10).interval().contains(0.4 * Math.exp(0.08 * random.nextGaussian()))
                    ? 1
                    : 0;
        }
        assertThat((double) within / trials).as("seed 20261127").isCloseTo(0.90, within(0.02));
    }

    @Test
    void aMeasurementIsPositive() {
        assertThatThrownBy(() -> new MeasuredSpeed("m", 0, 1, "e", "s")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MeasuredSpeed("m", 1, Double.NaN, "e", "s"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MeasuredSpeed("m", 1, 1, "e", " ")).isInstanceOf(IllegalArgumentException.class);
    }
}
