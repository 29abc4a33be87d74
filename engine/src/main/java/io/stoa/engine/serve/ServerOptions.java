package io.stoa.engine.serve;

import static java.util.Objects.requireNonNull;

import io.stoa.model.StoaException;
import java.util.Map;
import java.util.Optional;

/**
 * How to serve an engine.
 *
 * @param listen where
 * @param model the name that callers use
 * @param meta facts about the model for {@code GET /v1/models}, such as its file's digest
 * @param key what callers must send as {@code Authorization: Bearer …}, if anything
 * @param anyone whether others than this machine may call without a key
 */
public record ServerOptions(
        Listen listen, String model, Map<String, String> meta, Optional<String> key, boolean anyone) {
    public ServerOptions {
        requireNonNull(listen, "listen");
        requireNonNull(key, "key");
        meta = Map.copyOf(meta);
        if (model.isBlank()) {
            throw StoaException.user("a served model needs a name");
        }
        if (listen instanceof Listen.Tcp tcp && !tcp.isLoopback() && key.isEmpty() && !anyone) {
            throw StoaException.user(
                    tcp.host() + ": can be reached from other machines: ask callers for a key, listen on"
                            + " 127.0.0.1, or say that anyone may call");
        }
    }

    @Override
    public String toString() {
        return "ServerOptions[listen=" + listen + ", model=" + model + ", meta=" + meta + ", key="
                + (key.isPresent() ? "set" : "none") + ", anyone=" + anyone + "]";
    }
}
