package io.stoa.gateway.route;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A tier and where its model comes from.
 *
 * @param tier the tier
 * @param source its model
 * @param license the licence that its operator counts on, as an id or SPDX expression, where the gateway's file names one
 */
public record ServedTier(Tier tier, ModelSource source, Optional<String> license) {
    public ServedTier {
        requireNonNull(tier, "tier");
        requireNonNull(source, "source");
        requireNonNull(license, "license");
    }
}
