package io.stoa.hardware.cost;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import java.util.Optional;

/**
 * A cost with its uncertainty.
 *
 * @param low the least that it may be
 * @param high the most that it may be; empty where there is no bound, such as when no answer may be acceptable
 */
public record CostRange(Money low, Optional<Money> high) {
    public CostRange {
        requireNonNull(low, "low");
        requireNonNull(high, "high");
        if (high.isPresent() && low.compareTo(high.get()) > 0) {
            throw new IllegalArgumentException("not a range of costs: " + low + " to " + high.get());
        }
    }

    public static CostRange of(Money low, Money high) {
        return new CostRange(low, Optional.of(high));
    }

    public static CostRange exactly(Money cost) {
        return of(cost, cost);
    }

    public CostRange plus(CostRange other) {
        return new CostRange(low.plus(other.low), high.flatMap(most -> other.high.map(most::plus)));
    }

    /** Both ends times a factor that is not negative. */
    public CostRange times(double factor) {
        return times(factor, factor);
    }

    /** The low end times the lower factor and the high end times the higher one. */
    public CostRange times(double lower, double higher) {
        return new CostRange(low.times(lower), high.map(most -> most.times(higher)));
    }

    /**
     * This as a share of another cost: the least of this by the most of the other, to the most by the least. Empty where
     * an end is open or the other may be nothing.
     */
    public Optional<Interval> shareOf(CostRange other) {
        if (high.isEmpty() || other.high.isEmpty() || !other.low.isPositive()) {
            return Optional.empty();
        }
        return Optional.of(
                new Interval(low.dividedBy(other.high.get()), high.get().dividedBy(other.low)));
    }

    @Override
    public String toString() {
        if (high.isEmpty()) {
            return "at least " + low;
        }
        return low.compareTo(high.get()) == 0 ? low.toString() : low + " to " + high.get();
    }
}
