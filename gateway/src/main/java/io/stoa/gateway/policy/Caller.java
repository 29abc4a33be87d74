package io.stoa.gateway.policy;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Who asks.
 *
 * @param keyId the public name of the key, such as {@code support-bot}; never the key
 * @param use the name of the intended use under which this key's requests fall, where it is not the route's own
 */
public record Caller(String keyId, Optional<String> use) {
    public Caller {
        requireNonNull(keyId, "keyId");
        requireNonNull(use, "use");
    }
}
