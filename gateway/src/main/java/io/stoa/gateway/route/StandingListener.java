package io.stoa.gateway.route;

/** Hears when a tier's standing under a use becomes another one. Called on a virtual thread of the checks. */
@FunctionalInterface
public interface StandingListener {
    /** For who does not want to hear. */
    StandingListener NONE = (tier, use, standing) -> {};

    void changed(Tier tier, String use, Standing standing);
}
