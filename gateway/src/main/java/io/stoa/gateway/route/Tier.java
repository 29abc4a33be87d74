package io.stoa.gateway.route;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.upstream.Target;

/**
 * One model that a route can answer with.
 *
 * @param name what people call it, such as {@code small}
 * @param candidate the id of the candidate that was assessed
 * @param target where it answers
 * @param price what its tokens cost
 * @param contextTokens the most tokens of prompt and answer together
 */
public record Tier(String name, String candidate, Target target, Micros.TokenPrice price, int contextTokens) {
    public Tier {
        requireNonNull(name, "name");
        requireNonNull(candidate, "candidate");
        requireNonNull(target, "target");
        requireNonNull(price, "price");
        if (contextTokens < 1) {
            throw new IllegalArgumentException(name + ": a context has at least one token: " + contextTokens);
        }
    }
}
