package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The share of its memory's bandwidth that a class of devices reaches while it generates. It turns the bound (bandwidth ÷
 * bytes read by a token) into a speed to expect.
 *
 * <p>Rows of one source are taken as draws of one log-normal share, so that the next model on that board lies with 90 %
 * in mean ± t · s · √(1 + 1/n) of the logarithms (the prediction interval of a normal sample: W. Q. Meeker, G. J. Hahn,
 * L. A. Escobar, "Statistical Intervals", 2nd ed. 2017, 4.7). Sources differ by cooling, firmware, threads and engine, so
 * the interval is the hull over them, and the expected value is that of the first, which is the one to reproduce.
 *
 * @param expected the share to expect; empty where nothing was measured
 * @param interval where it lies
 * @param basis how this is known
 */
public record BandwidthShare(OptionalDouble expected, Interval interval, String basis) {
    /** From an old core that cannot keep up with its memory (a quarter) to the best that is published. */
    private static final Interval UNMEASURED = new Interval(0.20, 0.92);

    private static final double CONFIDENCE = 0.90;

    /** One or two rows say nothing about their spread: this much each way. */
    private static final double FEW = 1.5;

    public BandwidthShare {
        requireNonNull(expected, "expected");
        requireNonNull(basis, "basis");
        if (!(interval.low() > 0 && interval.high() <= 1)) {
            throw new IllegalArgumentException("a share of bandwidth lies in (0, 1]: " + interval);
        }
    }

    /**
     * What measurements say.
     *
     * @param measured none of them above the bandwidth
     * @param bandwidth bytes per second
     */
    public static BandwidthShare of(List<MeasuredSpeed> measured, double bandwidth) {
        if (measured.isEmpty()) {
            return new BandwidthShare(
                    OptionalDouble.empty(), UNMEASURED, "nothing was measured on this class: a wide interval");
        }
        Map<String, List<Double>> bySource = new LinkedHashMap<>();
        for (MeasuredSpeed row : measured) {
            bySource.computeIfAbsent(row.source(), _ -> new ArrayList<>()).add(Math.log(row.share(bandwidth)));
        }
        double low = Double.POSITIVE_INFINITY;
        double high = 0;
        for (List<Double> logs : bySource.values()) {
            double half = half(logs);
            low = Math.min(low, Math.exp(mean(logs) - half));
            high = Math.max(high, Math.exp(mean(logs) + half));
        }
        double expected = Math.min(1, Math.exp(mean(bySource.values().iterator().next())));
        return new BandwidthShare(
                OptionalDouble.of(expected),
                new Interval(Math.min(low, expected), Math.clamp(high, expected, 1)),
                measured.size() + (measured.size() == 1 ? " measurement" : " measurements") + " on this class from "
                        + bySource.size() + (bySource.size() == 1 ? " source" : " sources"));
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private static double half(List<Double> logs) {
        int n = logs.size();
        if (n < 3) {
            return Math.log(FEW);
        }
        double mean = mean(logs);
        double squares =
                logs.stream().mapToDouble(log -> (log - mean) * (log - mean)).sum();
        double t = TDistribution.of(n - 1.0).inverseSurvivalProbability((1 - CONFIDENCE) / 2);
        return t * Math.sqrt(squares / (n - 1.0) * (1 + 1.0 / n));
    }
}
