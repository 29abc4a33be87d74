package io.stoa.integration.judge.metric;

import io.stoa.model.Interval;
import io.stoa.model.Score;
import io.stoa.model.Score.Stop;
import java.util.List;
import org.apache.commons.statistics.distribution.TDistribution;

/** Means over items, with their intervals. */
public final class Scores {
    /** The level of every interval here. */
    public static final double CONFIDENCE = 0.95;

    private Scores() {}

    /**
     * The mean of what each item reached. Where every item is right or wrong it is a share, with Wilson's interval;
     * otherwise Student's interval after a 0 and a 1 are added, which keeps its level where scores are few or all alike (the
     * idea of A. Agresti and B. Caffo, The American Statistician 54 (2000) 280–288).
     *
     * @param scores one for each item, in [0, 1], at least one
     */
    public static Score mean(List<Double> scores, Stop stop) {
        if (scores.isEmpty()) {
            throw new IllegalArgumentException("a mean needs at least one score");
        }
        for (double score : scores) {
            if (!(score >= 0 && score <= 1)) {
                throw new IllegalArgumentException("a score lies in [0, 1]: " + score);
            }
        }
        if (allOrNothing(scores)) {
            return share((int) scores.stream().filter(score -> score == 1).count(), scores.size(), stop);
        }
        double estimate =
                scores.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        int n = scores.size() + 2;
        double sum = scores.stream().mapToDouble(Double::doubleValue).sum() + 1;
        double squares = scores.stream().mapToDouble(score -> score * score).sum() + 1;
        double centre = sum / n;
        double half = t(n - 1) * Math.sqrt(Math.max(0, (squares - n * centre * centre) / (n - 1) / n));
        Interval interval = new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
        return new Score(estimate, interval, CONFIDENCE, scores.size(), "Student's t with a 0 and a 1 added", stop);
    }

    /** The share of right ones of n, with Wilson's interval. */
    public static Score share(int right, int n, Stop stop) {
        return Score.wilson(right, n, CONFIDENCE, stop);
    }

    static boolean allOrNothing(List<Double> scores) {
        return scores.stream().allMatch(score -> score == 0 || score == 1);
    }

    /** The two-sided quantile of Student's t at {@link #CONFIDENCE}. */
    static double t(int degrees) {
        return TDistribution.of(degrees).inverseSurvivalProbability((1 - CONFIDENCE) / 2);
    }
}
