package io.stoa.gateway.route;

/** How every tier stands, by use. A look-up in what was found last: called on event loops. */
public interface Standings {
    /**
     * How a tier stands.
     *
     * @param use the caller's use, or the route's own
     */
    Standing of(Tier tier, String use);
}
