package io.stoa.gateway.policy;

import static java.util.Objects.requireNonNull;

/**
 * What may be spent. An owner has at most one budget a period.
 *
 * @param owner whose it is
 * @param period how often it begins anew
 * @param limit the most that may be spent in a window
 */
public record Budget(BudgetOwner owner, Period period, Micros limit) {
    /** So that sums of limits stay far from the end of 64 bits: a trillion units. */
    static final long GREATEST = 1_000_000_000_000_000_000L;

    public Budget {
        requireNonNull(owner, "owner");
        requireNonNull(period, "period");
        if (limit.value() > GREATEST) {
            throw new IllegalArgumentException("a budget is at most a trillion: " + limit);
        }
    }
}
