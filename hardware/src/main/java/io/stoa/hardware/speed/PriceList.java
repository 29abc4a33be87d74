package io.stoa.hardware.speed;

import io.stoa.model.Interval;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the parts of a batch cost, found by timing, and how sure that is.
 *
 * @param prices seconds for one of each part
 * @param prior how far off models turned out to be that had no part in the prices, over their spread and what small
 *     models timed beside leave unsaid: 90 % were within this factor, as its logarithm. That is how far off they would be if
 *     nothing was said
 * @param inverse of the products of the timed batches' parts, (AᵀA)⁻¹, for the parts that cost anything; a batch's row of
 *     A is its parts over its seconds
 */
public record PriceList(Map<String, Double> prices, double prior, Map<String, Map<String, Double>> inverse) {
    /** Parts that always come together cannot be told apart; so little of the identity keeps the inverse finite. */
    private static final double RIDGE = 1e-9;

    /** No machine is as even as that. */
    private static final double LEAST_ERROR = 1e-6;

    /** With fewer errors the worst of them holds less than nine of ten. */
    private static final int ENOUGH = 9;

    public PriceList {
        // A file that was written before has none.
        if (!(prior > 0)) {
            throw new IllegalArgumentException("the error must be positive: " + prior);
        }
        prices = Collections.unmodifiableMap(new TreeMap<>(prices));
        Map<String, Map<String, Double>> rows = new TreeMap<>();
        inverse.forEach((part, row) -> rows.put(part, Collections.unmodifiableMap(new TreeMap<>(row))));
        inverse = Collections.unmodifiableMap(rows);
    }

    /**
     * A timed batch.
     *
     * @param length of a prompt in tokens, of a step in cells that are looked through
     */
    record Timed(String model, DecodeWork decoded, double length, Map<String, Double> work, double seconds) {}

    /** @param typical the mean error of models that were left out, as a logarithm */
    record Fitted(PriceList list, double typical) {}

    /** The parts that have no price. */
    List<String> missing(Map<String, Double> work) {
        return work.keySet().stream().filter(part -> !prices.containsKey(part)).toList();
    }

    double price(String part) {
        Double price = prices.get(part);
        if (price == null) {
            throw new IllegalStateException("no price of " + part);
        }
        return price;
    }

    double seconds(Map<String, Double> work) {
        return work.entrySet().stream()
                .mapToDouble(part -> part.getValue() * price(part.getKey()))
                .sum();
    }

    /** The interval of 90 % around some seconds: the wider, the less the batch is like those that were timed, then and now. */
    Interval interval(Map<String, Double> work, double seconds, Neighbours.Told told) {
        double off = prior * spread(work, seconds, told);
        return new Interval(seconds * Math.exp(-off), seconds * Math.exp(off));
    }

    /** How far off, as a logarithm, nine of ten are at most that are just like a model that is timed beside. */
    public double errorBesideAlike() {
        return prior * Math.sqrt(Neighbours.UNSAID_BY_ONE);
    }

    /**
     * How much farther off than others this batch may be. Least squares expect the square root; prices that cannot be
     * negative are stiffer, and with the fourth root intervals hold what they say on simulated machines ({@code
     * CalibrationTest}), inside of what was timed as at its ends.
     */
    private double spread(Map<String, Double> work, double seconds) {
        return Math.pow(1 + leverage(work, seconds), 0.25);
    }

    private double spread(Map<String, Double> work, double seconds, Neighbours.Told told) {
        return spread(work, seconds) * Math.sqrt(told.unsaid());
    }

    /** aᵀ(AᵀA)⁻¹a: below 1 inside of what was timed, and far above it where prices are carried far. */
    private double leverage(Map<String, Double> work, double seconds) {
        double leverage = 0;
        for (Map.Entry<String, Map<String, Double>> row : inverse.entrySet()) {
            double own = work.getOrDefault(row.getKey(), 0.0) / seconds;
            for (Map.Entry<String, Double> cell : row.getValue().entrySet()) {
                leverage += own * cell.getValue() * work.getOrDefault(cell.getKey(), 0.0) / seconds;
            }
        }
        return Math.max(0, leverage);
    }

    /**
     * Prices that make the relative errors least, and how far off they are for models that were left out, one
     * after the other, with each error over its {@link #spread} (conformal prediction; a theorem would need models that
     * were drawn like those to come).
     *
     * <p>Source: J. Lei, M. G'Sell, A. Rinaldo, R. J. Tibshirani and L. Wasserman, Distribution-free predictive inference for
     * regression, JASA 113 (2018), section 5.2.
     */
    static Fitted fit(List<Timed> timed, Map<String, Double> known) {
        List<Double> errors = new ArrayList<>();
        List<Double> scaled = new ArrayList<>();
        for (String model : timed.stream().map(Timed::model).distinct().toList()) {
            PriceList without = leastSquares(
                    timed.stream().filter(one -> !one.model().equals(model)).toList(), known);
            for (Timed one : timed) {
                // Without the only model of a type, the type has no price.
                if (one.model().equals(model) && without.missing(one.work()).isEmpty()) {
                    double predicted = without.seconds(one.work());
                    double off = Math.abs(Math.log(one.seconds() / predicted));
                    errors.add(off);
                    scaled.add(off / without.spread(one.work(), predicted));
                }
            }
        }
        PriceList all = leastSquares(timed, known);
        double error = scaled.isEmpty() ? Double.POSITIVE_INFINITY : quantile(scaled);
        return new Fitted(
                new PriceList(all.prices, error, all.inverse),
                errors.stream().mapToDouble(each -> each).average().orElse(error));
    }

    /**
     * The same prices, and how far off they are for models that had no part in them, with what small models say (split
     * conformal prediction, section 2.2 of the same source). Where too few were held out, no less than for those that were
     * left out, to which nothing was said.
     *
     * @param neighbours what is timed beside when a speed is asked for
     */
    PriceList checked(List<Timed> held, List<Timed> neighbours) {
        List<Double> scaled = new ArrayList<>();
        for (Timed one : held) {
            if (missing(one.work()).isEmpty()) {
                Neighbours.Told told = Neighbours.told(one.decoded(), one.length(), this, neighbours);
                double predicted = seconds(one.work()) * Math.exp(told.off());
                scaled.add(Math.abs(Math.log(one.seconds() / predicted)) / spread(one.work(), predicted, told));
            }
        }
        double own = scaled.isEmpty() ? prior : quantile(scaled);
        return new PriceList(prices, scaled.size() < ENOUGH ? Math.max(own, prior) : own, inverse);
    }

    /** Between the order statistics around the (n + 1)·0.9-th: one more of the same kind is within it nine times of ten. */
    private static double quantile(List<Double> errors) {
        List<Double> sorted = errors.stream().sorted().toList();
        double place = Math.clamp(0.9 * (sorted.size() + 1) - 1, 0, sorted.size() - 1.0);
        double low = sorted.get((int) Math.floor(place));
        double high = sorted.get((int) Math.ceil(place));
        return Math.max(LEAST_ERROR, low + (place - Math.floor(place)) * (high - low));
    }

    /** Prices whose error is not known yet. */
    private static PriceList leastSquares(List<Timed> timed, Map<String, Double> known) {
        List<String> parts = timed.stream()
                .flatMap(one -> one.work().keySet().stream())
                .filter(part -> !known.containsKey(part))
                .distinct()
                .sorted()
                .toList();
        List<double[]> rows = timed.stream().map(one -> row(one, parts)).toList();
        double[] targets = timed.stream()
                .mapToDouble(one -> 1 - knownSeconds(one.work(), known) / one.seconds())
                .toArray();
        double[] solution = NonNegativeLeastSquares.solve(rows, targets);
        Map<String, Double> prices = new TreeMap<>(known);
        for (int j = 0; j < parts.size(); j++) {
            prices.put(parts.get(j), solution[j]);
        }
        List<String> costly = parts.stream()
                .filter(part -> prices.getOrDefault(part, 0.0) > 0)
                .toList();
        return new PriceList(
                prices,
                Double.POSITIVE_INFINITY,
                inverse(timed.stream().map(one -> row(one, costly)).toList(), costly));
    }

    private static double knownSeconds(Map<String, Double> work, Map<String, Double> known) {
        return known.entrySet().stream()
                .mapToDouble(part -> part.getValue() * work.getOrDefault(part.getKey(), 0.0))
                .sum();
    }

    private static double[] row(Timed one, List<String> parts) {
        return parts.stream()
                .mapToDouble(part -> one.work().getOrDefault(part, 0.0) / one.seconds())
                .toArray();
    }

    /** By Gauss and Jordan, with columns of length 1. */
    private static Map<String, Map<String, Double>> inverse(List<double[]> rows, List<String> parts) {
        int n = parts.size();
        double[] lengths = new double[n];
        for (double[] row : rows) {
            for (int j = 0; j < n; j++) {
                lengths[j] = Math.hypot(lengths[j], row[j]);
            }
        }
        double[][] matrix = new double[n][2 * n];
        for (int j = 0; j < n; j++) {
            matrix[j][j] += RIDGE;
            matrix[j][n + j] = 1;
            for (double[] row : rows) {
                for (int k = 0; k < n; k++) {
                    matrix[j][k] += row[j] / lengths[j] * row[k] / lengths[k];
                }
            }
        }
        for (int pivot = 0; pivot < n; pivot++) {
            // The matrix is positive definite, so no pivot is 0.
            double by = matrix[pivot][pivot];
            for (int k = 0; k < 2 * n; k++) {
                matrix[pivot][k] /= by;
            }
            for (int j = 0; j < n; j++) {
                double times = matrix[j][pivot];
                for (int k = 0; j != pivot && k < 2 * n; k++) {
                    matrix[j][k] -= times * matrix[pivot][k];
                }
            }
        }
        Map<String, Map<String, Double>> inverse = new LinkedHashMap<>();
        for (int j = 0; j < n; j++) {
            Map<String, Double> cells = new LinkedHashMap<>();
            for (int k = 0; k < n; k++) {
                cells.put(parts.get(k), matrix[j][n + k] / lengths[j] / lengths[k]);
            }
            inverse.put(parts.get(j), cells);
        }
        return inverse;
    }
}
