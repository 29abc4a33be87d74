package io.stoa.gateway.telemetry;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.upstream.BreakerState;
import java.util.List;

/**
 * How the gateway stands at one moment, asked for at every scrape.
 *
 * @param tiers every tier of every route
 * @param inFlight requests that have begun and not ended
 * @param budgets the budgets of keys; the first {@value #MOST_BUDGETS} are shown
 */
public record Reading(List<Tier> tiers, long inFlight, List<Budget> budgets) {
    public static final Reading EMPTY = new Reading(List.of(), 0, List.of());
    static final int MOST_BUDGETS = 200;

    public Reading {
        tiers = List.copyOf(tiers);
        budgets = List.copyOf(budgets);
    }

    /** Whether a tier may serve. */
    public enum Standing {
        LIVE,
        LAPSED,
        FORBIDDEN
    }

    /** A tier of a route; both names are from the configuration. */
    public record Tier(String route, String tier, Standing standing, BreakerState breaker) {
        public Tier {
            requireNonNull(route, "route");
            requireNonNull(tier, "tier");
            requireNonNull(standing, "standing");
            requireNonNull(breaker, "breaker");
        }
    }

    /**
     * What a key has spent.
     *
     * @param key its public name
     * @param usedMicros spent or set aside in the running period, in millionths of the currency
     * @param limitMicros what it may spend in it
     */
    public record Budget(String key, long usedMicros, long limitMicros) {
        public Budget {
            requireNonNull(key, "key");
        }
    }
}
