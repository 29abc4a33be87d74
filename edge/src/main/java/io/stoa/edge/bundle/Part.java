package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;

/**
 * A part of a bundle.
 *
 * @param digest the SHA-256 of its bytes
 * @param size its bytes
 */
public record Part(PartKind kind, Digest digest, long size) {
    public Part {
        requireNonNull(kind, "kind");
        requireNonNull(digest, "digest");
        if (size < 0 || size > kind.mostBytes()) {
            throw new IllegalArgumentException(kind.path() + " has 0 to " + kind.mostBytes() + " bytes, not " + size);
        }
    }
}
