package io.stoa.benchmark.gate;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a gate says.
 *
 * @param baseline the model that is in place
 * @param current the model that may replace it
 * @param margin the loss that is still accepted, in the metric's units
 * @param confidence one-sided, of each bound
 */
public record GateReport(
        String baseline, String current, double margin, double confidence, Verdict verdict, List<Claim> claims) {
    /** The worst comes first. */
    public enum Verdict {
        /** A loss beyond the margin is shown, or a score below the least one. */
        FAIL,
        /** There is nothing to judge by: the current run lacks the task or the metric. */
        ERROR,
        /** The data tell neither. */
        INCONCLUSIVE,
        /** A loss of the margin or more is ruled out, and a least score is reached. */
        PASS
    }

    public GateReport {
        requireNonNull(baseline, "baseline");
        requireNonNull(current, "current");
        requireNonNull(verdict, "verdict");
        claims = List.copyOf(claims);
    }

    GateReport(String baseline, String current, double margin, double confidence, List<Claim> claims) {
        this(baseline, current, margin, confidence, worst(claims), claims);
    }

    private static Verdict worst(List<Claim> claims) {
        return claims.stream()
                .map(Claim::verdict)
                .min(Verdict::compareTo)
                .orElseThrow(() -> new IllegalArgumentException("a gate without a claim"));
    }

    /**
     * One task and metric.
     *
     * @param verdict of this claim alone
     * @param requirement what was to be shown, such as "not worse by 0.02 or more"
     * @param before the baseline's score
     * @param after the current score
     * @param change how it moved, when it could be told how surely
     * @param reason why the verdict is this one, a sentence
     * @param advice what to do, a sentence; empty when there is nothing
     */
    public record Claim(
            String task,
            String metric,
            Verdict verdict,
            String requirement,
            OptionalDouble before,
            OptionalDouble after,
            Optional<Change> change,
            OptionalInt n,
            String reason,
            String advice) {
        public Claim {
            requireNonNull(task, "task");
            requireNonNull(metric, "metric");
            requireNonNull(verdict, "verdict");
            requireNonNull(requirement, "requirement");
            requireNonNull(before, "before");
            requireNonNull(after, "after");
            requireNonNull(change, "change");
            requireNonNull(n, "n");
            requireNonNull(reason, "reason");
            requireNonNull(advice, "advice");
        }
    }

    /**
     * From the baseline to the current run; + is better, also where a lower score is.
     *
     * @param bounds the lower and the upper bound, each at the report's confidence
     * @param method how they were computed
     * @param lossRuledOut the p-value of "worse by the margin or more"; not adjusted, since all tasks must pass
     * @param lossShown the p-value of "worse by the margin at most", adjusted over all tasks by Holm
     * @param different the exact McNemar p-value of "equally good", for paired right and wrong answers
     */
    public record Change(
            double gain,
            Interval bounds,
            String method,
            double lossRuledOut,
            double lossShown,
            OptionalDouble different) {
        public Change {
            requireNonNull(bounds, "bounds");
            requireNonNull(method, "method");
            requireNonNull(different, "different");
        }
    }
}
