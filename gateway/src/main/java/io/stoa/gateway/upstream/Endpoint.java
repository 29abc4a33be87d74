package io.stoa.gateway.upstream;

import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/** A target and what is known of it: shared by all event loops. */
public final class Endpoint {
    private final Target target;
    private final String host;
    private final int port;
    private final boolean secure;
    private final String prefix;
    private final Optional<String> authorization;
    private final Breaker breaker;
    private final Gate gate;

    Endpoint(Target target, Optional<String> key, Patience patience, LongSupplier nanos) {
        URI base = target.base();
        this.target = target;
        this.secure =
                "https".equals(Optional.ofNullable(base.getScheme()).orElse("").toLowerCase(Locale.ROOT));
        this.host = Optional.ofNullable(base.getHost())
                .orElseThrow(() -> new IllegalArgumentException(base + ": no host; write http://host:port"));
        this.port = base.getPort() > 0 ? base.getPort() : secure ? 443 : 80;
        this.prefix = withoutSlash(Optional.ofNullable(base.getRawPath()).orElse(""));
        this.authorization = key.map(secret -> "Bearer " + secret);
        this.breaker = new Breaker(nanos);
        this.gate = new Gate(patience.inFlight(), patience.waiting());
    }

    private static String withoutSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    public Target target() {
        return target;
    }

    /** Whether it is asked. */
    public BreakerState breakerState() {
        return breaker.state();
    }

    /** How many requests it has now. */
    public int inFlight() {
        return gate.inside();
    }

    SocketAddress address() {
        return SocketAddress.inetSocketAddress(port, host);
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    boolean isSecure() {
        return secure;
    }

    String path(String call) {
        return prefix + call;
    }

    Optional<String> authorization() {
        return authorization;
    }

    Breaker breaker() {
        return breaker;
    }

    Gate gate() {
        return gate;
    }

    /** What faults call it. */
    String name() {
        return target.model();
    }
}
