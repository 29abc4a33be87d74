package io.stoa.gateway.policy;

import io.stoa.gateway.wire.TokenUsage;

/** What was set aside for one request. Settled exactly once; a second time does nothing. */
public interface Reservation {
    /**
     * Charges what was used and gives the rest back.
     *
     * @param usage the tokens of all attempts, for the limits that count tokens
     * @param cost what all attempts cost together, at most what was set aside: more is charged and reported as a bug of
     *     whoever set aside too little
     */
    void settle(TokenUsage usage, Micros cost);
}
