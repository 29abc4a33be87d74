package io.stoa.assess.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What nothing else beats: no other is at least as cheap and at least as good, and better in one of the two. */
final class ParetoFront {
    private ParetoFront() {}

    /**
     * The front, cheapest first. Of equals, all are on it or none is.
     *
     * @param cost lower is better
     * @param gain higher is better
     */
    static <T> List<T> of(List<T> all, ToDoubleFunction<T> cost, ToDoubleFunction<T> gain) {
        List<T> front = new ArrayList<>();
        List<T> sorted = all.stream()
                .sorted(Comparator.comparingDouble(cost)
                        .thenComparing(Comparator.comparingDouble(gain).reversed()))
                .toList();
        for (T each : sorted) {
            if (front.isEmpty()
                    || gain.applyAsDouble(each) > gain.applyAsDouble(front.getLast())
                    || (gain.applyAsDouble(each) == gain.applyAsDouble(front.getLast())
                            && cost.applyAsDouble(each) == cost.applyAsDouble(front.getLast()))) {
                front.add(each);
            }
        }
        return front;
    }
}
