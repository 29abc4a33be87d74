package io.stoa.benchmark.stats;

import java.util.ArrayList;
import java.util.List;

/**
 * How much of the spread of scores lies between the items, and how much comes from drawing answers: each item's score is
 * an estimate from several sampled answers, and the variance of the estimates is the sum of both.
 *
 * <p>Source: E. Miller, arXiv 2411.00640, sections 3 and 5: Var = ω² + σ² / K.
 *
 * @param items how many, at least 2
 * @param mean of the items' scores
 * @param variance of the items' scores around their mean, without bias
 * @param samplingVariance the mean over the items of the variance that one item's score has from the draw of its answers
 */
public record RepeatedScores(int items, double mean, double variance, double samplingVariance) {
    public RepeatedScores {
        if (items < 2) {
            throw new IllegalArgumentException("a spread needs at least two items: " + items);
        }
        if (!(variance >= 0)) {
            throw new IllegalArgumentException("a variance is not negative: " + variance);
        }
    }

    /**
     * Of any estimates, such as {@link io.stoa.model.measure.Attempts#passAtK pass@k}.
     *
     * @param scores of the items
     * @param samplingVariances an estimate without bias of each score's own variance, such as {@link
     *     io.stoa.model.measure.Attempts#passAtKVariance}; one of them may be negative, their mean counts
     */
    public static RepeatedScores of(List<Double> scores, List<Double> samplingVariances) {
        if (scores.size() != samplingVariances.size()) {
            throw new IllegalArgumentException(
                    "each score has a variance: " + scores.size() + " and " + samplingVariances.size());
        }
        double error = Means.standardError(scores);
        return new RepeatedScores(
                scores.size(), Means.mean(scores), error * error * scores.size(), Means.mean(samplingVariances));
    }

    /**
     * Of means over each item's answers.
     *
     * @param answers the scores of the answers to each item, at least two for each
     */
    public static RepeatedScores ofAnswers(List<List<Double>> answers) {
        List<Double> means = new ArrayList<>();
        List<Double> variances = new ArrayList<>();
        for (List<Double> ofItem : answers) {
            double error = Means.standardError(ofItem);
            means.add(Means.mean(ofItem));
            variances.add(error * error);
        }
        return of(means, variances);
    }

    /** The standard error of the mean, for a claim about more items like these. It holds both parts of the spread. */
    public double standardError() {
        return Math.sqrt(variance / items);
    }

    /** The standard error of the mean for a claim about these very items: what other draws of answers would change. */
    public double standardErrorOnTheseItems() {
        return Math.sqrt(Math.max(0, samplingVariance) / items);
    }

    /** ω², the variance of what the items' scores are without noise; 0 where the noise alone explains the spread. */
    public double betweenItems() {
        return Math.max(0, variance - samplingVariance);
    }

    /**
     * The standard error of the mean for another number of answers to each item. For means only: their noise falls as 1 /
     * K, that of pass@k does not.
     *
     * @param times as many answers as there were; less than 1 for fewer
     */
    public double standardErrorWith(double times) {
        if (!(times > 0)) {
            throw new IllegalArgumentException("answers to each item must be positive: " + times + " times as many");
        }
        return Math.sqrt((betweenItems() + Math.max(0, samplingVariance) / times) / items);
    }
}
