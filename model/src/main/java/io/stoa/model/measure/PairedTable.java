package io.stoa.model.measure;

import io.stoa.model.Interval;
import io.stoa.model.Score;
import java.util.List;

/**
 * How two candidates answered the very same items.
 *
 * <p>Only the items on which they disagree say anything about a difference; the others say how large it can be.
 *
 * @param bothRight items that both answered rightly
 * @param onlyFirst items that only the first answered rightly
 * @param onlySecond items that only the second answered rightly
 * @param bothWrong items that neither answered rightly
 */
public record PairedTable(int bothRight, int onlyFirst, int onlySecond, int bothWrong) {
    public PairedTable {
        if (bothRight < 0 || onlyFirst < 0 || onlySecond < 0 || bothWrong < 0) {
            throw new IllegalArgumentException("counts cannot be negative: " + bothRight + ", " + onlyFirst + ", "
                    + onlySecond + ", " + bothWrong);
        }
        if (Math.addExact(Math.addExact(bothRight, onlyFirst), Math.addExact(onlySecond, bothWrong)) == 0) {
            throw new IllegalArgumentException("a paired table needs at least one item");
        }
    }

    /**
     * Counts how two candidates answered. Where answers are right in part, the better of two counts as the right one, and
     * two that are alike and not fully right as wrong.
     *
     * @param first the first's scores, 1 for right and 0 for wrong
     * @param second the second's, of the same items in the same order
     */
    public static PairedTable of(List<Double> first, List<Double> second) {
        if (first.size() != second.size()) {
            throw new IllegalArgumentException(
                    "each item needs two scores, but there are " + first.size() + " and " + second.size());
        }
        int[] counts = new int[4];
        for (int i = 0; i < first.size(); i++) {
            int better = Double.compare(first.get(i), second.get(i));
            if (better == 0) {
                counts[first.get(i) == 1 ? 0 : 3]++;
            } else {
                counts[better > 0 ? 1 : 2]++;
            }
        }
        return new PairedTable(counts[0], counts[1], counts[2], counts[3]);
    }

    public int n() {
        return bothRight + onlyFirst + onlySecond + bothWrong;
    }

    /** The first's share less the second's, in [-1, 1]. */
    public double difference() {
        return (double) (onlyFirst - onlySecond) / n();
    }

    /**
     * The two-sided exact McNemar p-value: under equal shares each disagreement falls to either side with probability
     * ½, and p is twice the smaller binomial tail, at most 1. Without a disagreement it is 1.
     *
     * <p>Source: Q. McNemar, Psychometrika 12 (1947) 153–157; the exact conditional test in M. W. Fagerland, S.
     * Lydersen and P. Laake, BMC Med. Res. Methodol. 13 (2013) 91.
     */
    public double exactMcNemar() {
        int disagreements = onlyFirst + onlySecond;
        if (disagreements == 0) {
            return 1;
        }
        double logarithm = -disagreements * Math.log(2);
        double tail = Math.exp(logarithm);
        for (int k = 1; k <= Math.min(onlyFirst, onlySecond); k++) {
            logarithm += Math.log((double) (disagreements - k + 1) / k);
            tail += Math.exp(logarithm);
        }
        return Math.min(1, 2 * tail);
    }

    /**
     * A confidence interval of the {@link #difference()}: Wilson's limits of both shares, squared and added with the
     * correlation of the answers taken into account (method 10, with its continuity correction of φ).
     *
     * <p>Source: R. G. Newcombe, Stat. Med. 17 (1998) 2635–2650. It stays within [-1, 1], and covers close to the
     * nominal level with few items and few disagreements, where the textbook interval of a paired difference does not.
     *
     * @param confidence the level in (0, 1), such as 0.95
     */
    public Interval newcombe(double confidence) {
        double first = (double) (bothRight + onlyFirst) / n();
        double second = (double) (bothRight + onlySecond) / n();
        Interval ofFirst = wilson(bothRight + onlyFirst, confidence);
        Interval ofSecond = wilson(bothRight + onlySecond, confidence);
        double difference = difference();
        return new Interval(
                Math.max(-1, difference - combined(first - ofFirst.low(), ofSecond.high() - second)),
                Math.min(1, difference + combined(ofFirst.high() - first, second - ofSecond.low())));
    }

    /**
     * Tango's score statistic for a hypothetical {@link #difference()}: standard normal where that is the true one, and
     * falling in it. Its variance is the one under the hypothesis, so that it also serves where few items differ or none.
     *
     * <p>Source: T. Tango, Stat. Med. 17 (1998) 891–908, for tests of equivalence and non-inferiority of paired shares.
     *
     * @param difference strictly between -1 and 1
     */
    public double score(double difference) {
        if (!(difference > -1 && difference < 1)) {
            throw new IllegalArgumentException("a difference of shares lies strictly within (-1, 1): " + difference);
        }
        double a = 2.0 * n();
        double b = (a - onlyFirst + onlySecond) * difference - onlyFirst - onlySecond;
        double c = -onlySecond * difference * (1 - difference);
        double likeliest = (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a);
        double variance = n() * (2 * likeliest + difference * (1 - difference));
        double distance = onlyFirst - onlySecond - n() * difference;
        return Math.abs(distance) < 1e-12 ? 0 : distance / Math.sqrt(variance);
    }

    private Interval wilson(int right, double confidence) {
        return Score.wilson(right, n(), confidence, Score.Stop.EXHAUSTED).interval();
    }

    private double combined(double ofFirst, double ofSecond) {
        double squared = ofFirst * ofFirst - 2 * correlation() * ofFirst * ofSecond + ofSecond * ofSecond;
        return Math.sqrt(Math.max(0, squared));
    }

    /** φ of the table, drawn towards 0 by half an item where it is positive; 0 where a margin is empty. */
    private double correlation() {
        double margins = (double) (bothRight + onlyFirst)
                * (onlySecond + bothWrong)
                * (bothRight + onlySecond)
                * (onlyFirst + bothWrong);
        if (margins == 0) {
            return 0;
        }
        double determinant = (double) bothRight * bothWrong - (double) onlyFirst * onlySecond;
        double corrected = determinant < 0 ? determinant : Math.max(0, determinant - n() / 2.0);
        return corrected / Math.sqrt(margins);
    }
}
