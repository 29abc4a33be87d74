package io.stoa.gateway;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.upstream.Patience;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * How the gateway serves, from its start to its end.
 *
 * @param host the address to listen on, such as {@code 127.0.0.1}
 * @param port 0 for any free one
 * @param tls the certificate to show; without one it speaks plain HTTP
 * @param eventLoops threads that pass bytes; one for each core is best
 * @param bounds what is taken from outside at most
 * @param patience how upstreams are asked
 * @param keepContent whether records hold the text of requests and answers, up to a bound
 * @param clearTextHttp2 whether HTTP/2 is spoken without TLS, as some proxies do. A connection that never sends a byte is
 *     then not closed, because Vert.x tells of it only when its protocol is known: for trusted networks. Java's own
 *     client (25) asks to change from HTTP/1.1, and may then wait for ever for a first answer of more than 16 KiB
 * @param traced whether requests that bring no trace begin one; a caller's trace is passed on in any case
 * @param environment the value of an environment variable, for the upstreams' keys
 */
public record GatewayOptions(
        String host,
        int port,
        Optional<Tls> tls,
        int eventLoops,
        Bounds bounds,
        Patience patience,
        boolean keepContent,
        boolean clearTextHttp2,
        boolean traced,
        Function<String, Optional<String>> environment) {
    public GatewayOptions {
        requireNonNull(host, "host");
        requireNonNull(tls, "tls");
        requireNonNull(bounds, "bounds");
        requireNonNull(patience, "patience");
        requireNonNull(environment, "environment");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("a port is from 0 to 65535: " + port);
        }
        if (eventLoops < 1 || eventLoops > 256) {
            throw new IllegalArgumentException("event loops are from 1 to 256: " + eventLoops);
        }
    }

    /** Plain HTTP, one event loop for each core, content not kept. */
    public static GatewayOptions at(String host, int port) {
        return new GatewayOptions(
                host,
                port,
                Optional.empty(),
                Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 256),
                Bounds.DEFAULT,
                Patience.DEFAULT,
                false,
                false,
                false,
                name -> Optional.ofNullable(System.getenv(name)));
    }

    public GatewayOptions withTls(Tls newTls) {
        return new GatewayOptions(
                host,
                port,
                Optional.of(newTls),
                eventLoops,
                bounds,
                patience,
                keepContent,
                clearTextHttp2,
                traced,
                environment);
    }

    public GatewayOptions withEventLoops(int newEventLoops) {
        return new GatewayOptions(
                host, port, tls, newEventLoops, bounds, patience, keepContent, clearTextHttp2, traced, environment);
    }

    public GatewayOptions with(Bounds newBounds) {
        return new GatewayOptions(
                host, port, tls, eventLoops, newBounds, patience, keepContent, clearTextHttp2, traced, environment);
    }

    public GatewayOptions with(Patience newPatience) {
        return new GatewayOptions(
                host, port, tls, eventLoops, bounds, newPatience, keepContent, clearTextHttp2, traced, environment);
    }

    public GatewayOptions withKeepContent(boolean newKeepContent) {
        return new GatewayOptions(
                host, port, tls, eventLoops, bounds, patience, newKeepContent, clearTextHttp2, traced, environment);
    }

    public GatewayOptions withClearTextHttp2(boolean newClearTextHttp2) {
        return new GatewayOptions(
                host, port, tls, eventLoops, bounds, patience, keepContent, newClearTextHttp2, traced, environment);
    }

    public GatewayOptions withTraces() {
        return new GatewayOptions(
                host, port, tls, eventLoops, bounds, patience, keepContent, clearTextHttp2, true, environment);
    }

    public GatewayOptions withEnvironment(Function<String, Optional<String>> newEnvironment) {
        return new GatewayOptions(
                host, port, tls, eventLoops, bounds, patience, keepContent, clearTextHttp2, traced, newEnvironment);
    }

    /** Whether only this machine can call. */
    boolean isLoopback() {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }

    /**
     * What the gateway shows of itself.
     *
     * @param certificate a PEM file with the chain
     * @param key a PEM file with its private key
     */
    public record Tls(Path certificate, Path key) {
        public Tls {
            requireNonNull(certificate, "certificate");
            requireNonNull(key, "key");
        }
    }
}
