package io.stoa.hardware.plan;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Quality kept against cost kept: what is left of a candidate's quality, and of its cost, with another in its place.
 *
 * @param kept the share of the quality
 * @param least the lower end of its interval
 * @param most the upper end; empty where there is none
 * @param cost the share of the cost; empty where a cost is not known
 */
public record Tradeoff(double kept, double least, OptionalDouble most, Optional<Interval> cost) {
    public Tradeoff {
        requireNonNull(most, "most");
        requireNonNull(cost, "cost");
        if (!(least >= 0 && least <= kept) || !(most.orElse(kept) >= kept)) {
            throw new IllegalArgumentException(
                    "a share lies in its interval, which begins at 0 or above: " + kept + ", " + least + ", " + most);
        }
    }

    /** Whether at least so much of the quality is kept. */
    public Standing quality(double share) {
        if (least >= share) {
            return Standing.MEETS;
        }
        return most.isPresent() && most.getAsDouble() < share ? Standing.MISSES : Standing.UNDECIDED;
    }

    /** Whether at most so much of the cost is. */
    public Standing cost(double share) {
        return cost.map(kept -> Standing.atMost(kept, OptionalDouble.of(share))).orElse(Standing.UNDECIDED);
    }

    /** Whether both are: so much of the quality at so much of the cost. */
    public Standing both(double quality, double ofCost) {
        return quality(quality).and(cost(ofCost));
    }
}
