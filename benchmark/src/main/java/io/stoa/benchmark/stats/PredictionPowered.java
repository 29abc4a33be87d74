package io.stoa.benchmark.stats;

import io.stoa.model.Interval;
import java.util.ArrayList;
import java.util.List;

/**
 * The mean of what people would say of all items, from a judge's score of every item and people's scores of some: the
 * judge's mean, corrected by how far people and judge differ where both are known. Right whatever the judge is worth; a
 * good judge makes it narrow. People must have labelled a random sample of the items.
 *
 * <p>With λ = 1 it is the judge's mean over the other items plus the mean of (human − judge) over the labelled ones; the λ
 * that is used makes the variance smallest, and is 0, which ignores the judge, where the judge tells nothing. The judge's
 * mean over all items, the labelled ones included, is the same estimate with another λ.
 *
 * <p>Source: A. N. Angelopoulos et al., Science 382 (2023) 669–674; λ from Angelopoulos, Duchi and Zrnic, arXiv 2311.01453,
 * section 6.
 *
 * @param estimate of the mean
 * @param standardError of the estimate, from both samples
 * @param lambda how much the judge is trusted, in [0, 1]
 * @param labelled items that people and the judge scored
 * @param others items that the judge alone scored
 */
public record PredictionPowered(double estimate, double standardError, double lambda, int labelled, int others) {
    /** Scores of one item. */
    public record Pair(double human, double judge) {}

    /**
     * Corrects a judge's mean.
     *
     * @param labelled at least two
     * @param others the judge's scores of the items that people did not see, at least two
     */
    public static PredictionPowered of(List<Pair> labelled, List<Double> others) {
        return of(labelled, others, lambda(labelled, others));
    }

    /** The same with a given λ: 0 for people's labels alone, 1 for the judge taken at face value. */
    public static PredictionPowered of(List<Pair> labelled, List<Double> others, double lambda) {
        if (!(lambda >= 0 && lambda <= 1)) {
            throw new IllegalArgumentException("λ lies in [0, 1]: " + lambda);
        }
        List<Double> corrections = labelled.stream()
                .map(pair -> pair.human() - lambda * pair.judge())
                .toList();
        double ofLabelled = Means.standardError(corrections);
        double ofOthers = lambda * Means.standardError(others);
        return new PredictionPowered(
                Means.mean(corrections) + lambda * Means.mean(others),
                Math.hypot(ofLabelled, ofOthers),
                lambda,
                labelled.size(),
                others.size());
    }

    /** Cov(human, judge) / ((1 + n / N) Var(judge)), kept in [0, 1]. */
    private static double lambda(List<Pair> labelled, List<Double> others) {
        List<Double> judged = labelled.stream().map(Pair::judge).toList();
        double human = labelled.stream().mapToDouble(Pair::human).average().orElse(0);
        double judge = judged.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        double covariance = labelled.stream()
                        .mapToDouble(pair -> (pair.human() - human) * (pair.judge() - judge))
                        .sum()
                / Math.max(1, labelled.size() - 1);
        double variance = pooledVariance(judged, others);
        return variance == 0
                ? 0
                : Math.clamp(covariance / ((1 + (double) labelled.size() / others.size()) * variance), 0, 1);
    }

    private static double pooledVariance(List<Double> judged, List<Double> others) {
        List<Double> all = new ArrayList<>(judged);
        all.addAll(others);
        double error = Means.standardError(all);
        return error * error * all.size();
    }

    /**
     * Estimate ± t · standard error, with the degrees of freedom of the labelled items, which are the few.
     *
     * @param confidence the level in (0, 1), such as 0.95
     */
    public Interval interval(double confidence) {
        return Means.interval(estimate, standardError, labelled, confidence);
    }
}
