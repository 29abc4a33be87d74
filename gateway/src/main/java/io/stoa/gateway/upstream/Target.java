package io.stoa.gateway.upstream;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.Optional;

/**
 * An endpoint that speaks the OpenAI protocol.
 *
 * @param base its address without {@code /v1}, such as {@code http://127.0.0.1:8000}
 * @param model the model's name there
 * @param keyVariable the environment variable that holds its key, where it wants one; never the key itself
 * @param ours whether it is a part of this process, which is told who asks
 */
public record Target(URI base, String model, Optional<String> keyVariable, boolean ours) {
    public Target {
        requireNonNull(base, "base");
        requireNonNull(model, "model");
        requireNonNull(keyVariable, "keyVariable");
    }

    /** Somebody else's. */
    public Target(URI base, String model, Optional<String> keyVariable) {
        this(base, model, keyVariable, false);
    }
}
