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
 */
public record Resident(
        Slot slot, String name, String version, Digest digest, Instant created, Optional<Instant> expires) {
    public Resident {
        requireNonNull(slot, "slot");
        requireNonNull(name, "name");
        requireNonNull(version, "version");
        requireNonNull(digest, "digest");
        requireNonNull(created, "created");
        requireNonNull(expires, "expires");
    }

    static Resident of(Slot slot, BundleFacts facts) {
        return new Resident(
                slot, facts.name(), facts.version().text(), facts.digest(), facts.created(), facts.expires());
    }

    @Override
    public String toString() {
        return name + " " + version + " (" + digest.abbreviated() + "…)";
    }
}
