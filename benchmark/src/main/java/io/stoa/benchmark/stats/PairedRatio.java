package io.stoa.benchmark.stats;

import io.stoa.model.Interval;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What share of the second candidate's quality the first keeps: the ratio of their mean scores on the same items, over
 * tasks that weigh differently.
 *
 * <p>The interval is the set of ratios θ for which mean₁ − θ · mean₂ is not told from zero. With the usual symmetric limits
 * of the means that is Fieller's theorem (E. C. Fieller, J. R. Stat. Soc. B 16 (1954) 175–185); here the limits are those
 * that suit scores in [0, 1]: Wilson's where every score is 0 or 1, Student's with a 0 and a 1 added otherwise, recovered
 * and combined as in "MOVER-R" (A. Donner, G. Y. Zou, Stat. Methods Med. Res. 21 (2012) 347–359; R. G. Newcombe, ibid. 25
 * (2016) 1774–1778), with the correlation of the paired scores. So it keeps its level with few items, and where all are
 * right. The second's mean may not be told from zero: then there is no upper end.
 *
 * @param first the first's weighted mean
 * @param second the second's, above 0
 * @param low the least ratio
 * @param high the most; empty where there is no end
 * @param items all of them
 * @param confidence the level, such as 0.95
 */
public record PairedRatio(double first, double second, double low, OptionalDouble high, int items, double confidence) {
    /**
     * A task's items.
     *
     * @param weight of the task in the whole, above 0; the weights need not add up to 1
     * @param first the first's scores, in [0, 1]
     * @param second the second's, of the same items in the same order
     */
    public record Task(double weight, List<Double> first, List<Double> second) {
        public Task {
            first = List.copyOf(first);
            second = List.copyOf(second);
            if (!(weight > 0 && weight <= 1e9)) {
                throw new IllegalArgumentException("a task weighs something: " + weight);
            }
            if (first.size() != second.size() || first.isEmpty()) {
                throw new IllegalArgumentException(
                        "each item needs two scores, but there are " + first.size() + " and " + second.size());
            }
        }

        private boolean allOrNothing() {
            return allOrNothing(first) && allOrNothing(second);
        }

        private static boolean allOrNothing(List<Double> scores) {
            return scores.stream().allMatch(score -> score == 0 || score == 1);
        }

        /**
         * The correlation of the paired scores; 0 where one of them does not vary. Of all-or-nothing scores it is φ, drawn
         * towards 0 by half an item where it is positive (Newcombe 1998, method 10).
         */
        private double correlation() {
            double n = first.size();
            double mean1 = Means.mean(first);
            double mean2 = Means.mean(second);
            double covariance = 0;
            double variance1 = 0;
            double variance2 = 0;
            for (int i = 0; i < first.size(); i++) {
                double off1 = first.get(i) - mean1;
                double off2 = second.get(i) - mean2;
                covariance += off1 * off2 / n;
                variance1 += off1 * off1 / n;
                variance2 += off2 * off2 / n;
            }
            if (variance1 < 1e-15 || variance2 < 1e-15) {
                return 0;
            }
            if (allOrNothing() && covariance > 0) {
                covariance = Math.max(0, covariance - 1 / (2 * n));
            }
            return covariance / Math.sqrt(variance1 * variance2);
        }

        private static Interval limits(List<Double> scores, double confidence) {
            if (allOrNothing(scores)) {
                int right = (int) scores.stream().filter(score -> score == 1).count();
                return Proportions.wilson(right, scores.size(), confidence);
            }
            return Means.boundedInterval(scores, confidence);
        }
    }

    /** The ratio; at least 0. */
    public double ratio() {
        return first / second;
    }

    /**
     * The ratio over tasks.
     *
     * @return empty where the second has no quality to keep
     */
    public static Optional<PairedRatio> of(List<Task> tasks, double confidence) {
        double weights = tasks.stream().mapToDouble(Task::weight).sum();
        double first = 0;
        double second = 0;
        Sides lower = new Sides();
        Sides upper = new Sides();
        int items = 0;
        for (Task task : tasks) {
            double weight = task.weight() / weights;
            double mean1 = Means.mean(task.first());
            double mean2 = Means.mean(task.second());
            Interval limits1 = Task.limits(task.first(), confidence);
            Interval limits2 = Task.limits(task.second(), confidence);
            double correlation = task.correlation();
            first += weight * mean1;
            second += weight * mean2;
            lower.add(weight, mean1 - limits1.low(), limits2.high() - mean2, correlation);
            upper.add(weight, limits1.high() - mean1, mean2 - limits2.low(), correlation);
            items += task.first().size();
        }
        return second > 0
                ? Optional.of(new PairedRatio(
                        first, second, lower.least(first, second), upper.most(first, second), items, confidence))
                : Optional.empty();
    }

    /** The distances of the means' limits on the sides that matter for one end, as sums of squares over the tasks. */
    private static final class Sides {
        private double firstSquared;
        private double secondSquared;
        private double crossed;

        void add(double weight, double first, double second, double correlation) {
            firstSquared += weight * weight * first * first;
            secondSquared += weight * weight * second * second;
            crossed += weight * weight * correlation * first * second;
        }

        // (m₁ − θ m₂)² = d₁² − 2 θ c + θ² d₂², that is a θ² − 2 b θ + c = 0 with the letters below.
        double least(double first, double second) {
            double a = second * second - secondSquared;
            double b = first * second - crossed;
            double c = first * first - firstSquared;
            double root = Math.sqrt(Math.max(0, b * b - a * c));
            return b + root <= 0 ? 0 : Math.clamp(c / (b + root), 0, first / second);
        }

        OptionalDouble most(double first, double second) {
            double a = second * second - secondSquared;
            double b = first * second - crossed;
            double c = first * first - firstSquared;
            // The second's lower limit reaches zero: any ratio, however large, may be.
            if (a <= 1e-12) {
                return OptionalDouble.empty();
            }
            return OptionalDouble.of(Math.max(first / second, (b + Math.sqrt(Math.max(0, b * b - a * c))) / a));
        }
    }
}
