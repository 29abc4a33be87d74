package io.stoa.benchmark.stats;

import io.stoa.model.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.DoubleBinaryOperator;

/**
 * How far two raters of the same items agree beyond chance: Cohen's κ, 1 for always, 0 for as often as chance.
 *
 * @param share how much they agree, in [0, 1]
 * @param kappa (share − chance) / (1 − chance); 0 where both gave one and the same score to all items, as κ is not defined
 *     there
 * @param standardError of κ
 * @param n items, at least 1
 */
public record Agreement(double share, double kappa, double standardError, int n) {
    /** Most different scores of a scale. */
    private static final int MOST_SCORES = 1_000;

    /**
     * Of scores without an order, or where only equality counts.
     *
     * <p>Source: J. Cohen, Educ. Psychol. Meas. 20 (1960) 37–46.
     */
    public static Agreement of(List<Double> first, List<Double> second) {
        return weighted(first, second, (one, other) -> one == other ? 1 : 0);
    }

    /**
     * Of grades: a disagreement counts by the square of its size, as a share of the largest one seen.
     *
     * <p>Source: J. Cohen, Psychol. Bull. 70 (1968) 213–220, with quadratic weights.
     */
    public static Agreement ofGrades(List<Double> first, List<Double> second) {
        List<Double> scale = scale(first, second);
        double range = scale.getLast() - scale.getFirst();
        return range == 0
                ? of(first, second)
                : weighted(first, second, (one, other) -> 1 - (one - other) * (one - other) / (range * range));
    }

    /** κ ± z · standard error, within [−1, 1]. */
    public Interval interval(double confidence) {
        double half = Proportions.quantile(confidence) * standardError;
        return new Interval(Math.max(-1, kappa - half), Math.min(1, kappa + half));
    }

    private static List<Double> scale(List<Double> first, List<Double> second) {
        if (first.size() != second.size() || first.isEmpty()) {
            throw new IllegalArgumentException(
                    "raters score the same items, at least one: " + first.size() + " and " + second.size());
        }
        TreeSet<Double> scale = new TreeSet<>(first);
        scale.addAll(second);
        if (scale.size() > MOST_SCORES) {
            throw new IllegalArgumentException("not a scale of grades: " + scale.size() + " different scores");
        }
        return new ArrayList<>(scale);
    }

    /**
     * κ with weights of agreement and its error in large samples: J. L. Fleiss, J. Cohen and B. S. Everitt, Psychol. Bull.
     * 72 (1969) 323–327.
     */
    private static Agreement weighted(List<Double> first, List<Double> second, DoubleBinaryOperator weight) {
        List<Double> scale = scale(first, second);
        int n = first.size();
        double[] ofFirst = shares(first, scale);
        double[] ofSecond = shares(second, scale);
        double[] expectedByFirst = expected(scale, ofSecond, weight);
        double[] expectedBySecond = expected(scale, ofFirst, weight);
        double chance = 0;
        for (int i = 0; i < scale.size(); i++) {
            chance += ofFirst[i] * expectedByFirst[i];
        }
        double agreed = 0;
        for (int item = 0; item < n; item++) {
            agreed += weight.applyAsDouble(first.get(item), second.get(item)) / n;
        }
        if (scale.size() == 1) {
            return new Agreement(1, 0, 0, n);
        }
        double kappa = (agreed - chance) / (1 - chance);
        double squares = 0;
        for (int item = 0; item < n; item++) {
            double margins =
                    expectedByFirst[scale.indexOf(first.get(item))] + expectedBySecond[scale.indexOf(second.get(item))];
            double deviation = weight.applyAsDouble(first.get(item), second.get(item)) - margins * (1 - kappa);
            squares += deviation * deviation / n;
        }
        double shift = kappa - chance * (1 - kappa);
        double variance = Math.max(0, squares - shift * shift) / (n * (1 - chance) * (1 - chance));
        return new Agreement(agreed, kappa, Math.sqrt(variance), n);
    }

    private static double[] shares(List<Double> scores, List<Double> scale) {
        double[] shares = new double[scale.size()];
        scores.forEach(score -> shares[scale.indexOf(score)] += 1.0 / scores.size());
        return shares;
    }

    /** For each score the mean weight against a draw from the other rater's scores. */
    private static double[] expected(List<Double> scale, double[] shares, DoubleBinaryOperator weight) {
        double[] expected = new double[scale.size()];
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < expected.length; j++) {
                expected[i] += shares[j] * weight.applyAsDouble(scale.get(i), scale.get(j));
            }
        }
        return expected;
    }
}
