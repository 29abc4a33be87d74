package io.stoa.assess.report;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import io.stoa.model.Quantity;
import io.stoa.model.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The mean of the tasks' scores, weighted by their shares of the workload: Σ wᵢ pᵢ / Σ wᵢ over the tasks that have a
 * score. It orders candidates in a picture and is no part of any verdict.
 *
 * <p>The interval is made from the tasks' own intervals [lᵢ, uᵢ] by the method of variance estimates recovery (MOVER;
 * Zou and Donner, Statistics in Medicine 27, 2008), with the weights scaled to sum to one and the tasks taken as
 * independent: lower = Σ wᵢ pᵢ − √Σ wᵢ² (pᵢ − lᵢ)², upper = Σ wᵢ pᵢ + √Σ wᵢ² (uᵢ − pᵢ)².
 *
 * @param value the weighted mean, a share in [0, 1]
 * @param interval its interval at the confidence of the scores, or at the lowest where they differ; a score without one
 *     counts as exact
 * @param covered the part of the workload's shares that has a score, in (0, 1]
 * @param missing the tasks with a share but no score
 */
record Quality(double value, Interval interval, double covered, List<String> missing) {
    Quality {
        requireNonNull(interval, "interval");
        missing = List.copyOf(missing);
    }

    /** Absent when no task with a share has a score. */
    static Optional<Quality> of(Workload workload, Map<String, Quantity> scores) {
        double weights = 0;
        double all = 0;
        double sum = 0;
        double below = 0;
        double above = 0;
        List<String> missing = new ArrayList<>();
        for (Workload.TaskSpec task : workload.tasks()) {
            Quantity score = scores.get(task.id());
            double weight = task.share();
            all += weight;
            if (weight > 0 && score == null) {
                missing.add(task.id());
            } else if (weight > 0 && score != null) {
                Interval interval = score.interval().orElse(new Interval(score.value(), score.value()));
                weights += weight;
                sum += weight * score.value();
                below += square(weight * (score.value() - interval.low()));
                above += square(weight * (interval.high() - score.value()));
            }
        }
        if (weights == 0) {
            return Optional.empty();
        }
        double value = sum / weights;
        Interval interval = new Interval(value - Math.sqrt(below) / weights, value + Math.sqrt(above) / weights);
        return Optional.of(new Quality(value, interval, weights / all, missing));
    }

    private static double square(double value) {
        return value * value;
    }
}
