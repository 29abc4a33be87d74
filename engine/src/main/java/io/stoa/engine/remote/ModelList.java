package io.stoa.engine.remote;

import io.stoa.model.StoaException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** The models that an endpoint lists. */
public final class ModelList {
    private ModelList() {}

    /**
     * The first of them.
     *
     * @throws StoaException of kind {@code USER} when it lists none, {@code ENGINE} when it cannot be asked
     */
    public static String first(URI base, Optional<String> key, Duration timeout) {
        return all(base, key, timeout).getFirst();
    }

    /**
     * The names of all, as they are listed, at least one.
     *
     * @throws StoaException of kind {@code USER} when it lists none, {@code ENGINE} when it cannot be asked
     */
    public static List<String> all(URI base, Optional<String> key, Duration timeout) {
        if (base.getHost() == null) {
            throw StoaException.user(base + ": is no address; it begins with http:// or https:// and a host");
        }
        try (Endpoint endpoint =
                new Endpoint(base, timeout, timeout, key, JsonMapper.shared(), Clock.systemUTC(), new SecureRandom())) {
            List<String> names = new ArrayList<>();
            endpoint.get("models")
                    .ifPresent(list -> list.path("data").forEach(model -> {
                        if (model.path("id").isString()) {
                            names.add(model.path("id").stringValue());
                        }
                    }));
            if (names.isEmpty()) {
                throw StoaException.user(endpoint.address("models") + ": lists no model; name one with --model");
            }
            return names;
        }
    }
}
