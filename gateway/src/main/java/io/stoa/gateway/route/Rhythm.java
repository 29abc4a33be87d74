package io.stoa.gateway.route;

import java.time.Duration;

/**
 * How often what is checked.
 *
 * @param look how often the ledger's head, the files' sizes and times, and the clock are looked at: how long a revocation
 *     takes at most
 * @param rehash how often a file is read through although nothing shows that it has changed
 * @param ask how often an endpoint is asked what it serves
 * @param verify how often the ledger's chain is computed anew although nothing shows that it has changed
 * @param patience how long an endpoint may be silent before its last answer counts no more
 * @param stall how long the checks may stand still before nothing is served
 */
public record Rhythm(Duration look, Duration rehash, Duration ask, Duration verify, Duration patience, Duration stall) {
    /** What suits a gateway. */
    public static final Rhythm USUAL = new Rhythm(
            Duration.ofSeconds(1),
            Duration.ofHours(6),
            Duration.ofSeconds(15),
            Duration.ofMinutes(5),
            Duration.ofMinutes(1),
            Duration.ofSeconds(30));

    public Rhythm {
        for (Duration each : new Duration[] {look, rehash, ask, verify, patience, stall}) {
            if (!each.isPositive()) {
                throw new IllegalArgumentException("a rhythm has times above zero: " + each);
            }
        }
        if (stall.compareTo(look) <= 0) {
            throw new IllegalArgumentException("checks stand still after more than one look: " + stall);
        }
    }
}
