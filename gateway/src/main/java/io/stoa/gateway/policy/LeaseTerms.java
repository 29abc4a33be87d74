package io.stoa.gateway.policy;

import java.time.Duration;

/**
 * How a gateway deals with its leases.
 *
 * @param writeBack how often spending is written to the store
 * @param idle how long a lease may lie unused before it is handed back
 * @param patience how long a request waits for money that other gateways hold, before it is refused
 * @param share a slice is at most this part of the budget: 20 is a twentieth
 * @param dead how long a gateway may be unseen before its leases count as spent
 */
public record LeaseTerms(Duration writeBack, Duration idle, Duration patience, int share, Duration dead) {
    public static final LeaseTerms USUAL = new LeaseTerms(
            Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ofMillis(500), 20, Duration.ofMinutes(10));

    public LeaseTerms {
        if (!writeBack.isPositive() || idle.isNegative() || patience.isNegative() || !dead.isPositive()) {
            throw new IllegalArgumentException(
                    "times are positive: " + writeBack + ", " + idle + ", " + patience + ", " + dead);
        }
        if (share < 1) {
            throw new IllegalArgumentException("a slice is a part of the budget, not a multiple: 1/" + share);
        }
    }
}
