package io.stoa.gateway;

import io.stoa.gateway.upstream.BreakerState;
import io.stoa.gateway.upstream.Target;
import io.stoa.model.StoaException;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Serves approved routes over HTTP until it is closed. */
public final class GatewayServer implements AutoCloseable {
    private static final Duration STARTING = Duration.ofSeconds(20);
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final Gateway gateway;
    private final Vertx vertx;
    private final List<Loop> loops = new CopyOnWriteArrayList<>();

    private GatewayServer(GatewayOptions options, Serving serving) {
        this.gateway = new Gateway(options, serving);
        this.vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(options.eventLoops())
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2)
                .setPreferNativeTransport(true)
                .setBlockedThreadCheckInterval(TimeUnit.HOURS.toMillis(1)));
    }

    /**
     * Starts serving.
     *
     * @throws StoaException of kind {@code USER} when the address cannot be taken or the certificate cannot be read
     */
    public static GatewayServer start(GatewayOptions options, Serving serving) {
        GatewayServer server = new GatewayServer(options, serving);
        try {
            server.deploy();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void deploy() {
        GatewayOptions options = gateway.options();
        try {
            // A negative port is any free one that all share; 0 would be another one for each.
            int port = options.port() == 0 ? -1 : options.port();
            // Together: deployed one after the other, several could get the same thread, since Vert.x gives threads out
            // in
            // turn and its own clients take some as well.
            String _ = get(
                    vertx.deployVerticle(() -> loop(port), new DeploymentOptions().setInstances(options.eventLoops())),
                    STARTING);
        } catch (ExecutionException e) {
            throw cannotListen(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw cannotListen(e);
        }
    }

    private Loop loop(int port) {
        Loop loop = new Loop(gateway, port);
        loops.add(loop);
        return loop;
    }

    private StoaException cannotListen(Throwable cause) {
        GatewayOptions options = gateway.options();
        return new StoaException(
                StoaException.Kind.USER,
                options.host() + ":" + options.port() + ": cannot be listened on (" + cause.getMessage()
                        + "); choose another address, or see whether the certificate's files can be read",
                cause);
    }

    /** Where it listens, as {@code http://host:port}. */
    public String address() {
        String host = gateway.options().host();
        return (gateway.options().tls().isPresent() ? "https://" : "http://")
                + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + loops.getFirst().port();
    }

    /** Requests under way now. */
    public int requests() {
        return gateway.requests().get();
    }

    /** Whether a target is asked. */
    public BreakerState breaker(Target target) {
        return gateway.endpoints().of(target).breakerState();
    }

    /** Exchanges what decides about requests; those under way keep what they began with. */
    public void reload(Serving next) {
        gateway.reload(next);
    }

    /**
     * Reads the certificate's files again; connections that are open keep the old one.
     *
     * @throws StoaException of kind {@code USER} when they cannot be read; the old ones stay in use
     */
    public void reloadCertificate() {
        for (Loop loop : loops) {
            try {
                Boolean _ = get(loop.reloadCertificate(), STARTING);
            } catch (ExecutionException e) {
                throw cannotListen(e.getCause() == null ? e : e.getCause());
            } catch (TimeoutException e) {
                throw cannotListen(e);
            }
        }
    }

    /** Takes no more connections and lets requests under way end, for a time. */
    public void drain(Duration patience) {
        gateway.drain();
        List<Future<Void>> drained =
                loops.stream().map(loop -> loop.drain(patience)).toList();
        for (Future<Void> each : drained) {
            await(each, patience.plus(CLOSING));
        }
    }

    @Override
    public void close() {
        drain(Duration.ofSeconds(1));
        // Not as a continuation of the first: on the server's own event loop it would wait for itself.
        await(vertx.close(), CLOSING);
        gateway.pageThreads().shutdownNow();
    }

    private static <T> T get(Future<T> future, Duration patience) throws ExecutionException, TimeoutException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TimeoutException("interrupted");
        }
    }

    private static void await(Future<Void> ended, Duration patience) {
        try {
            Void _ = get(ended, patience);
        } catch (ExecutionException | TimeoutException e) {
            // What could not be closed ends with the process.
        }
    }
}
