package io.stoa.gateway.route;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What callers name as the model: tiers, the cheapest first.
 *
 * @param name what callers name
 * @param use the intended use that it was assessed for
 * @param tiers the cheapest first; at least one
 * @param deadline the longest that a request may take, over all attempts
 * @param answerTokens the most tokens of an answer, set where the caller sets none
 * @param fallback the route that answers when every tier of this one failed before the first byte
 */
public record Route(
        String name, String use, List<Tier> tiers, Duration deadline, int answerTokens, Optional<String> fallback) {
    public Route {
        requireNonNull(name, "name");
        requireNonNull(use, "use");
        requireNonNull(deadline, "deadline");
        requireNonNull(fallback, "fallback");
        tiers = List.copyOf(tiers);
        if (tiers.isEmpty()) {
            throw new IllegalArgumentException("route " + name + " has no tier");
        }
    }
}
