package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.time.Instant;
import java.util.Optional;

/**
 * A bundle that lies in a slot.
 *
 * @param slot where
 * @param name its name
 * @param version its version
 * @param digest its identity
 * @param created when it was made
 * @param expires when it expires, if ever
 * @param verified when its signature was checked, by this device's clock: certificates are judged by that moment for
 *     good, so that a device does not stop when one of them ends
 */
public record Resident(
        Slot slot,
        String name,
        String version,
        Digest digest,
        Instant created,
        Optional<Instant> expires,
        Instant verified) {
    public Resident {
        requireNonNull(slot, "slot");
        requireNonNull(name, "name");
        requireNonNull(version, "version");
        requireNonNull(digest, "digest");
        requireNonNull(created, "created");
        requireNonNull(expires, "expires");
        requireNonNull(verified, "verified");
    }

    static Resident of(Slot slot, BundleFacts facts, Instant verified) {
        return new Resident(
                slot, facts.name(), facts.version().text(), facts.digest(), facts.created(), facts.expires(), verified);
    }

    @Override
    public String toString() {
        return name + " " + version + " (" + digest.abbreviated() + "…)";
    }
}
