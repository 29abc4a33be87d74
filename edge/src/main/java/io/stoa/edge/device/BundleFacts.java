package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Bytes;
import io.stoa.model.Digest;
import java.time.Instant;
import java.util.Optional;

/**
 * What a bundle says of itself. Only ever read from a document whose signature was found good.
 *
 * @param name of the product: a device goes on with the name that it began with
 * @param version which never goes down on a device
 * @param platform that it is for, such as {@code linux-x64}; absent when it runs everywhere
 * @param created when it was made; a device's clock that says less is wrong
 * @param expires from when on it must not be installed any more; absent when it may be for ever
 * @param memory what it needs when it runs, where that is said
 * @param digest of the document that the signature covers: the bundle's identity
 */
public record BundleFacts(
        String name,
        BundleVersion version,
        Optional<String> platform,
        Instant created,
        Optional<Instant> expires,
        Optional<Bytes> memory,
        Digest digest) {
    private static final int MOST_LETTERS = 200;

    public BundleFacts {
        requireNonNull(version, "version");
        requireNonNull(platform, "platform");
        requireNonNull(created, "created");
        requireNonNull(expires, "expires");
        requireNonNull(memory, "memory");
        requireNonNull(digest, "digest");
        if (name.isBlank() || name.length() > MOST_LETTERS) {
            throw new IllegalArgumentException("a bundle's name has 1 to " + MOST_LETTERS + " characters");
        }
        if (expires.filter(end -> !end.isAfter(created)).isPresent()) {
            throw new IllegalArgumentException("expires before it was created: " + expires.get());
        }
    }

    @Override
    public String toString() {
        return name + " " + version + " (" + digest.abbreviated() + "…)";
    }
}
