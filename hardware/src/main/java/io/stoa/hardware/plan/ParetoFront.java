package io.stoa.hardware.plan;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.cost.CostRange;
import io.stoa.model.Interval;
import java.util.ArrayList;
import java.util.List;

/**
 * What is not surely worse than something else in cost, quality and latency at once. One option dominates another only
 * when it is at least as good in all three at the unfavourable ends of its own intervals and the favourable ends of the
 * other's, and better in one: where intervals overlap, nothing is thrown away.
 */
public final class ParetoFront {
    private ParetoFront() {}

    /**
     * An option.
     *
     * @param cost for whatever all options are compared by, such as a million tokens
     * @param quality higher is better
     * @param latency lower is better
     */
    public record Option(String name, CostRange cost, Interval quality, Interval latency) {
        public Option {
            requireNonNull(name, "name");
            requireNonNull(cost, "cost");
            requireNonNull(quality, "quality");
            requireNonNull(latency, "latency");
        }

        /** Whether this one is surely at least as good everywhere, and better somewhere. */
        public boolean dominates(Option other) {
            if (cost.high().isEmpty()) {
                return false;
            }
            int cheaper = other.cost.low().compareTo(cost.high().get());
            int better = Double.compare(quality.low(), other.quality.high());
            int faster = Double.compare(other.latency.low(), latency.high());
            return cheaper >= 0 && better >= 0 && faster >= 0 && (cheaper > 0 || better > 0 || faster > 0);
        }
    }

    /** The options that no other one dominates, in their order. */
    public static List<Option> of(List<Option> options) {
        List<Option> front = new ArrayList<>();
        for (Option option : options) {
            if (options.stream().noneMatch(other -> other.dominates(option))) {
                front.add(option);
            }
        }
        return front;
    }
}
