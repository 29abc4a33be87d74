package io.stoa.benchmark.stats;

import io.stoa.benchmark.stats.WeightedMean.Weighted;
import io.stoa.model.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The mean of what people would say of all items, from a judge's score of every item and people's scores of some: the
 * judge's mean, corrected by how far people and judge differ where both are known. Right whatever the judge is worth; a
 * good judge makes it narrow. People must have labelled a random sample of the items.
 *
 * <p>With λ = 1 it is the judge's mean over the other items plus the mean of (human − judge) over the labelled ones; the λ
 * that is used makes the variance smallest, and is 0, which ignores the judge, where the judge tells nothing. The judge's
 * mean over all items, the labelled ones included, gives the same estimate with another λ.
 *
 * <p>Source: A. N. Angelopoulos et al., Science 382 (2023) 669–674; λ from Angelopoulos, Duchi and Zrnic, arXiv 2311.01453,
 * section 6.
 *
 * @param estimate of the mean
 * @param centre of the interval: the estimate, or drawn towards ½ by {@link #ofShares}
 * @param standardError of the centre, from both samples
 * @param lambda how much the judge is trusted, in [0, 1]
 * @param labelled items that people and the judge scored
 * @param others items that the judge alone scored
 */
public record PredictionPowered(
        double estimate, double centre, double standardError, double lambda, int labelled, int others) {
    /** Scores of one item. */
    public record Pair(double human, double judge) {}

    private static final double HALF = 0.5;

    /** Both samples, with whatever is added to them. */
    private record Samples(List<Weighted<Pair>> labelled, List<Weighted<Double>> others) {
        static Samples of(List<Pair> labelled, List<Double> others) {
            if (labelled.size() < 2 || others.size() < 2) {
                throw new IllegalArgumentException(
                        "a corrected mean needs at least two items with labels and two without: " + labelled.size()
                                + " and " + others.size());
            }
            return new Samples(
                    labelled.stream().map(pair -> new Weighted<>(pair, 1)).toList(),
                    others.stream().map(score -> new Weighted<>(score, 1)).toList());
        }

        /** The same with an item's worth of either sort of disagreement and of agreement, around given centres. */
        Samples smoothed(double human, double judge, double other, double step) {
            List<Weighted<Pair>> pairs = new ArrayList<>(labelled);
            List<Weighted<Double>> scores = new ArrayList<>(others);
            for (double up : List.of(-step / 2, step / 2)) {
                pairs.add(new Weighted<>(new Pair(human + up, judge + up), HALF));
                pairs.add(new Weighted<>(new Pair(human + up, judge - up), HALF));
                scores.add(new Weighted<>(other + up, 1));
            }
            return new Samples(pairs, scores);
        }

        WeightedMean human() {
            return WeightedMean.of(labelled, Pair::human);
        }

        WeightedMean judge() {
            return WeightedMean.of(labelled, Pair::judge);
        }

        WeightedMean other() {
            return WeightedMean.of(others, score -> score);
        }

        /** Cov(human, judge) / ((1 + n / N) Var(judge)), kept in [0, 1]. */
        double lambda() {
            WeightedMean human = human();
            WeightedMean judge = judge();
            double covariance = labelled.stream()
                            .mapToDouble(one -> one.weight()
                                    * (one.thing().human() - human.value())
                                    * (one.thing().judge() - judge.value()))
                            .sum()
                    / (human.weight() - 1);
            List<Weighted<Double>> judged = new ArrayList<>(others);
            labelled.forEach(one -> judged.add(new Weighted<>(one.thing().judge(), one.weight())));
            WeightedMean all = WeightedMean.of(judged, score -> score);
            double ratio = human.weight() / (all.weight() - human.weight());
            return all.variance() == 0 ? 0 : Math.clamp(covariance / ((1 + ratio) * all.variance()), 0, 1);
        }

        PredictionPowered at(double lambda) {
            WeightedMean correction = WeightedMean.of(labelled, pair -> pair.human() - lambda * pair.judge());
            WeightedMean other = other();
            double mean = correction.value() + lambda * other.value();
            double error = Math.sqrt(correction.squaredError() + lambda * lambda * other.squaredError());
            return new PredictionPowered(mean, mean, error, lambda, labelled.size(), others.size());
        }
    }

    /**
     * Corrects a judge's mean. The interval is one of large samples; for shares and grades see the others.
     *
     * @param labelled at least two
     * @param others the judge's scores of the items that people did not see, at least two
     */
    public static PredictionPowered of(List<Pair> labelled, List<Double> others) {
        Samples samples = Samples.of(labelled, others);
        return samples.at(samples.lambda());
    }

    /** The same with a given λ: 0 for people's labels alone, 1 for the judge taken at face value. */
    public static PredictionPowered of(List<Pair> labelled, List<Double> others, double lambda) {
        if (!(lambda >= 0 && lambda <= 1)) {
            throw new IllegalArgumentException("λ lies in [0, 1]: " + lambda);
        }
        return Samples.of(labelled, others).at(lambda);
    }

    /**
     * Corrects a judge's share of yes (1) or no (0). For the interval, half an item is added to the labelled ones for each
     * of the four pairs that there can be, and a yes and a no to the others, so that few labels without a disagreement do
     * not make a judge without error.
     *
     * <p>Source: A. Agresti and Y. Min, Stat. Med. 24 (2005) 729–740, for paired shares; A. Agresti and B. Caffo, Am. Stat.
     * 54 (2000) 280–288, for the others.
     */
    public static PredictionPowered ofShares(List<Pair> labelled, List<Double> others) {
        DoubleStream.concat(
                        labelled.stream().flatMapToDouble(pair -> DoubleStream.of(pair.human(), pair.judge())),
                        others.stream().mapToDouble(score -> score))
                .filter(score -> score != 0 && score != 1)
                .findAny()
                .ifPresent(score -> {
                    throw new IllegalArgumentException("a share is made of 0 and 1: " + score);
                });
        Samples samples = Samples.of(labelled, others);
        return around(samples, samples.smoothed(HALF, HALF, HALF, 1));
    }

    /**
     * Corrects a judge's mean grade. For the interval as much is added as for shares, but one step of the scale apart, around
     * the means.
     *
     * @param step between two grades, positive
     */
    public static PredictionPowered ofGrades(List<Pair> labelled, List<Double> others, double step) {
        if (!(step > 0)) {
            throw new IllegalArgumentException("grades are a positive step apart: " + step);
        }
        Samples samples = Samples.of(labelled, others);
        return around(
                samples,
                samples.smoothed(
                        samples.human().value(),
                        samples.judge().value(),
                        samples.other().value(),
                        step));
    }

    private static PredictionPowered around(Samples samples, Samples smoothed) {
        PredictionPowered drawn = smoothed.at(smoothed.lambda());
        return new PredictionPowered(
                samples.at(samples.lambda()).estimate(),
                drawn.centre,
                drawn.standardError,
                drawn.lambda,
                samples.labelled.size(),
                samples.others.size());
    }

    /**
     * Centre ± t · standard error, with the degrees of freedom of the labelled items, which are the few; the estimate is in
     * it.
     *
     * @param confidence the level in (0, 1), such as 0.95
     */
    public Interval interval(double confidence) {
        Interval interval = Means.interval(centre, standardError, labelled, confidence);
        return new Interval(Math.min(estimate, interval.low()), Math.max(estimate, interval.high()));
    }
}
