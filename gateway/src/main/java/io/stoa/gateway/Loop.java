package io.stoa.gateway;

import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.upstream.UpstreamClient;
import io.stoa.gateway.upstream.Watch;
import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.TraceContext;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One event loop with its own server and its own upstream connections. */
final class Loop extends VerticleBase {
    private static final Set<HttpMethod> PAGE_METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST);

    private static final CharSequence TRACEPARENT = HttpHeaders.createOptimized("traceparent");

    private static final int MOST_HEADER_BYTES = 16 * 1024;
    private static final int MOST_LINE_BYTES = 8 * 1024;
    private static final int MOST_CHUNK_BYTES = 64 * 1024;
    private static final int MOST_STREAMS = 256;

    private final Gateway gateway;
    private final int wantedPort;
    private final Watch watch = new Watch();
    private final SplittableRandom ids = new SplittableRandom(new SecureRandom().nextLong());
    private final IdentityHashMap<HttpConnection, Peer> peers = new IdentityHashMap<>();
    private @Nullable UpstreamClient upstreams;
    private @Nullable HttpServer server;

    Loop(Gateway gateway, int wantedPort) {
        this.gateway = gateway;
        this.wantedPort = wantedPort;
    }

    @Override
    public Future<?> start() {
        upstreams = new UpstreamClient(vertx, gateway.endpoints(), watch);
        vertx.setPeriodic(Watch.TICK_MILLIS, _ -> watch.look(System.nanoTime()));
        HttpServer made = vertx.createHttpServer(options())
                .connectionHandler(this::connected)
                .invalidRequestHandler(this::invalid)
                .requestHandler(this::receive);
        server = made;
        return made.listen(wantedPort, gateway.options().host());
    }

    private HttpServerOptions options() {
        HttpServerOptions options = new HttpServerOptions()
                .setMaxHeaderSize(MOST_HEADER_BYTES)
                .setMaxInitialLineLength(MOST_LINE_BYTES)
                .setMaxChunkSize(MOST_CHUNK_BYTES)
                .setHttp2ClearTextEnabled(gateway.options().clearTextHttp2())
                .setHandle100ContinueAutomatically(false)
                // Nobody speaks it here, and its handlers would see every request.
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setTcpNoDelay(true);
        options.getInitialSettings().setMaxConcurrentStreams(MOST_STREAMS).setMaxHeaderListSize(MOST_HEADER_BYTES);
        gateway.options()
                .tls()
                .ifPresent(tls -> options.setSsl(true).setUseAlpn(true).setKeyCertOptions(certificate(tls)));
        return options;
    }

    private static PemKeyCertOptions certificate(GatewayOptions.Tls tls) {
        return new PemKeyCertOptions()
                .addCertPath(tls.certificate().toString())
                .addKeyPath(tls.key().toString());
    }

    int port() {
        return Objects.requireNonNull(server, "started").actualPort();
    }

    Future<Boolean> reloadCertificate() {
        return gateway.options()
                .tls()
                .map(tls -> Objects.requireNonNull(server, "started")
                        .updateSSLOptions(
                                new io.vertx.core.net.ServerSSLOptions().setKeyCertOptions(certificate(tls)), true))
                .orElseGet(() -> Future.succeededFuture(false));
    }

    Future<Void> drain(Duration patience) {
        // One that never started has nothing to end.
        return server == null ? Future.succeededFuture() : server.shutdown(patience);
    }

    Gateway gateway() {
        return gateway;
    }

    Watch watch() {
        return watch;
    }

    UpstreamClient upstreams() {
        return Objects.requireNonNull(upstreams, "started");
    }

    /** Runs something on this loop, from anywhere. */
    void run(Runnable task) {
        context.runOnContext(_ -> task.run());
    }

    // ---- on the event loop

    private void connected(HttpConnection connection) {
        Bounds bounds = gateway.options().bounds();
        if (gateway.connections().incrementAndGet() > bounds.connections()) {
            gateway.connections().decrementAndGet();
            var _ = connection.close();
            return;
        }
        Peer peer = new Peer(connection, bounds);
        peers.put(connection, peer);
        watch.add(peer);
        // What a caller sends that is no HTTP is no news for the log.
        connection.exceptionHandler(_ -> {});
        connection.closeHandler(_ -> {
            gateway.connections().decrementAndGet();
            peers.remove(connection);
            watch.remove(peer);
        });
    }

    private void receive(HttpServerRequest request) {
        Optional<Peer> peer = Optional.ofNullable(peers.get(request.connection()));
        peer.ifPresent(Peer::began);
        String path = Objects.requireNonNullElse(request.path(), "");
        Optional<ApiCall> call = ApiCall.of(path);
        Exchange exchange = new Exchange(this, gateway.serving(), request, call, peer);
        Optional<ApiError> refused = Door.refusal(request, gateway.options());
        if (refused.isPresent()) {
            exchange.refuse(refused.get());
        } else if (call.isPresent()) {
            if (request.method().equals(HttpMethod.POST)) {
                new Reception(exchange).start();
            } else {
                exchange.refuse(Door.wrongMethod(path, "POST"));
            }
        } else if (PAGE_METHODS.contains(request.method())) {
            new PageServer(exchange, path).start();
        } else {
            exchange.refuse(Door.noSuchPath(path));
        }
    }

    private void invalid(HttpServerRequest request) {
        Exchange exchange = new Exchange(this, gateway.serving(), request, Optional.empty(), Optional.empty());
        exchange.refuse(Door.malformed(request.decoderResult().cause()));
    }

    /** A name for a request that nobody can guess and that is used once. */
    String newId() {
        StringBuilder id = new StringBuilder(28).append("req_");
        HexFormat hex = HexFormat.of();
        return id.append(hex.toHexDigits(ids.nextLong()))
                .append(hex.toHexDigits(ids.nextInt()))
                .toString();
    }

    /** A request's place in a trace: its caller's, or a new one where requests are traced. */
    Optional<TraceContext> trace(HttpServerRequest request) {
        Optional<String> callers = Optional.ofNullable(request.getHeader(TRACEPARENT));
        boolean traced = gateway.options().traced();
        return traced || callers.isPresent() ? Optional.of(TraceContext.of(callers, traced, ids)) : Optional.empty();
    }

    /** Tells whoever listens; their bugs are not the caller's. */
    void tell(Serving serving, RequestRecord ended) {
        try {
            serving.records().ended(ended);
        } catch (RuntimeException e) {
            System.getLogger(Loop.class.getName())
                    .log(System.Logger.Level.ERROR, "the record of " + ended.id() + " was lost", e);
        }
    }
}
