package io.stoa.engine.serve;

import io.stoa.engine.Engine;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Serves one engine over HTTP until it is closed. The engine stays its owner's. */
public final class EngineServer implements AutoCloseable {
    private static final int MOST_BODY_BYTES = 32 * 1024 * 1024;

    /** How long a caller may take to send a request. */
    private static final Duration SENDING = Duration.ofSeconds(30);

    /** A connection on which nothing moves this long is closed; longer than any answer takes to begin. */
    private static final Duration IDLE = Duration.ofMinutes(30);

    private static final Duration STARTING = Duration.ofSeconds(10);

    /** How long answers in the making may go on after the server was told to end. */
    private static final Duration DRAINING = Duration.ofSeconds(10);

    private final ServerOptions options;
    private final Optional<byte[]> keyDigest;
    private final Map<String, Consumer<Exchange>> calls;
    private final Vertx vertx;
    private final HttpServer server;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    /** The socket's file, once it is this server's. */
    private volatile Optional<Path> ownSocket = Optional.empty();
    /** The timers of connections that have not brought a whole request; of the event loop only. */
    private final IdentityHashMap<HttpConnection, Long> waitedFor = new IdentityHashMap<>();

    private EngineServer(Engine engine, ServerOptions options) {
        this.options = options;
        this.keyDigest = options.key().map(EngineServer::digest);
        this.calls = new Calls(engine, options).byRoute();
        // One event loop: it only passes bytes on, and the cores are the model's.
        this.vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setBlockedThreadCheckInterval(TimeUnit.HOURS.toMillis(1)));
        this.server = vertx.createHttpServer(new HttpServerOptions()
                        .setHttp2ClearTextEnabled(false)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS)
                        .setIdleTimeout((int) IDLE.toSeconds())
                        .setTcpNoDelay(true))
                .connectionHandler(this::expectRequest)
                .requestHandler(this::receive);
    }

    /**
     * Starts serving.
     *
     * @throws StoaException of kind {@code USER} when the address cannot be taken
     */
    public static EngineServer start(Engine engine, ServerOptions options) {
        EngineServer server = new EngineServer(engine, options);
        try {
            server.listen();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void listen() {
        try {
            switch (options.listen()) {
                case Listen.Tcp(String host, int port) -> listen(SocketAddress.inetSocketAddress(port, host));
                case Listen.Unix(Path path) -> {
                    removeStale(path);
                    listen(SocketAddress.domainSocketAddress(path.toString()));
                    ownSocket = Optional.of(path);
                    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
                }
            }
        } catch (IOException | TimeoutException e) {
            throw cannotListen(e);
        } catch (ExecutionException e) {
            throw cannotListen(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cannotListen(e);
        }
    }

    private void listen(SocketAddress address) throws ExecutionException, InterruptedException, TimeoutException {
        HttpServer _ = server.listen(address)
                .toCompletionStage()
                .toCompletableFuture()
                .get(STARTING.toSeconds(), TimeUnit.SECONDS);
    }

    private StoaException cannotListen(Throwable cause) {
        return new StoaException(
                StoaException.Kind.USER,
                options.listen() + ": cannot be listened on (" + cause.getMessage() + "); choose another address",
                cause);
    }

    /** A socket that a killed server left behind goes; one that somebody answers stays, and so does any other file. */
    private static void removeStale(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(path));
            } catch (IOException e) {
                Files.delete(path);
                return;
            }
        }
        throw StoaException.user(path + ": is there already; remove it, or choose another path");
    }

    /** Where it listens, as {@code http://host:port} or {@code unix:/path}. */
    public String address() {
        return switch (options.listen()) {
            case Listen.Tcp(String host, int _) ->
                "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.actualPort();
            case Listen.Unix(Path path) -> "unix:" + path;
        };
    }

    /** Takes no more requests, lets those in the making end (for some seconds), and ends. */
    @Override
    public void close() {
        await(server.shutdown(DRAINING), DRAINING.plus(STARTING));
        // Not as a continuation of the first: on the server's own event loop it would wait for itself.
        await(vertx.close(), STARTING);
        workers.close();
        ownSocket.ifPresent(path -> {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // The next server removes it.
            }
        });
    }

    private static void await(Future<Void> ended, Duration patience) {
        try {
            Void _ = ended.toCompletionStage().toCompletableFuture().get(patience.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // What could not be closed ends with the process.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- on the event loop

    private void expectRequest(HttpConnection connection) {
        long timer = vertx.setTimer(SENDING.toMillis(), late -> connection.close());
        waitedFor.put(connection, timer);
        connection.closeHandler(closed -> cameThrough(connection));
    }

    private void cameThrough(HttpConnection connection) {
        Optional.ofNullable(waitedFor.remove(connection)).ifPresent(vertx::cancelTimer);
    }

    private void receive(HttpServerRequest request) {
        String path = Objects.requireNonNullElse(request.path(), "");
        Optional<Consumer<Exchange>> found = Optional.ofNullable(calls.get(request.method() + " " + path));
        Optional<Refused> refused = refusal(request, path)
                .or(() -> found.isPresent() ? Optional.empty() : Optional.of(noSuchCall(request, path)));
        if (refused.isPresent()) {
            cameThrough(request.connection());
            refuse(request, refused.get());
            return;
        }
        Consumer<Exchange> call = found.orElseThrow();
        Buffer body = Buffer.buffer();
        long timer =
                vertx.setTimer(SENDING.toMillis(), late -> request.connection().close());
        request.handler(part -> {
            body.appendBuffer(part);
            if (body.length() > MOST_BODY_BYTES) {
                request.handler(ignored -> {});
                refuse(
                        request,
                        Refused.because(
                                413, "invalid_request_error", "a request has at most " + MOST_BODY_BYTES + " bytes"));
            }
        });
        request.exceptionHandler(broken -> vertx.cancelTimer(timer));
        request.endHandler(whole -> {
            vertx.cancelTimer(timer);
            cameThrough(request.connection());
            if (!request.response().ended()) {
                run(request, body.getBytes(), call);
            }
        });
    }

    private void run(HttpServerRequest request, byte[] body, Consumer<Exchange> call) {
        Exchange exchange = new Exchange(loop(), request.response(), body);
        request.response().closeHandler(left -> exchange.leave());
        request.response().exceptionHandler(broken -> exchange.leave());
        workers.execute(() -> {
            try {
                call.accept(exchange);
            } catch (RuntimeException e) {
                exchange.fail(e);
            }
        });
    }

    private Context loop() {
        return vertx.getOrCreateContext();
    }

    private Optional<Refused> refusal(HttpServerRequest request, String path) {
        if (request.headers().contains("Transfer-Encoding") && request.headers().contains("Content-Length")) {
            return Optional.of(Refused.because(
                    400, "invalid_request_error", "Content-Length and Transfer-Encoding contradict each other"));
        }
        if (isForeign(request)) {
            return Optional.of(Refused.because(
                    403, "invalid_request_error", "this server answers only to the name of this machine's loopback"));
        }
        if (keyDigest.isPresent() && !path.equals("/health")) {
            String header =
                    Optional.ofNullable(request.getHeader("Authorization")).orElse("");
            String key = header.regionMatches(true, 0, "Bearer ", 0, 7)
                    ? header.substring(7).strip()
                    : "";
            if (!MessageDigest.isEqual(keyDigest.get(), digest(key))) {
                return Optional.of(Refused.because(
                                401,
                                "authentication_error",
                                "the key is missing or wrong: send Authorization:" + " Bearer KEY")
                        .withCode("invalid_api_key"));
            }
        }
        return Optional.empty();
    }

    private Refused noSuchCall(HttpServerRequest request, String path) {
        return calls.keySet().stream().anyMatch(route -> route.endsWith(" " + path))
                ? Refused.because(405, "invalid_request_error", path + " is not for " + request.method())
                : Refused.because(404, "invalid_request_error", "there is no " + path);
    }

    /** A browser that a stranger's page told to call us by a name of the stranger's (DNS rebinding). */
    private boolean isForeign(HttpServerRequest request) {
        if (!(options.listen() instanceof Listen.Tcp tcp) || !tcp.isLoopback() || keyDigest.isPresent()) {
            return false;
        }
        String host = request.authority() == null ? "" : request.authority().host();
        return !host.equals(tcp.host())
                && !host.equals("localhost")
                && !host.equals("127.0.0.1")
                && !host.equals("::1")
                && !host.equals("[::1]");
    }

    private static void refuse(HttpServerRequest request, Refused refused) {
        if (request.response().ended()) {
            return;
        }
        // What is left of the body is not read: the connection cannot be used again.
        ObjectNode error = Exchange.error(refused);
        request.response()
                .setStatusCode(refused.status())
                .putHeader("Content-Type", "application/json")
                .putHeader("Connection", "close")
                .end(Buffer.buffer(JsonMapper.shared().writeValueAsBytes(error)))
                .onComplete(done -> request.connection().close());
    }

    private static byte[] digest(String key) {
        return Digest.sha256().digest(key.getBytes(StandardCharsets.UTF_8));
    }
}
