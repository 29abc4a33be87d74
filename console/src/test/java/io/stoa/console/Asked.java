package io.stoa.console;

import io.stoa.gateway.Pages;
import io.stoa.gateway.policy.Caller;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Requests for pages. */
final class Asked {
    private Asked() {}

    /** By a person at the machine. */
    static Pages.Request here(String path, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.putIfAbsent("host", "localhost:8080");
        return from("127.0.0.1", path, Optional.empty(), all);
    }

    /** From another machine, with a key of this id. */
    static Pages.Request elsewhere(String path, Optional<String> keyId) {
        return from("10.0.0.4", path, keyId, Map.of("host", "gateway.example"));
    }

    static Pages.Request from(String address, String path, Optional<String> keyId, Map<String, String> headers) {
        return new Pages.Request(
                path,
                "",
                keyId.map(id -> new Caller(id, Optional.empty())),
                headers,
                Optional.of(InetAddress.ofLiteral(address)));
    }
}
