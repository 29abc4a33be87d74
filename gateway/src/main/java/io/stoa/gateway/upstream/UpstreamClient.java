package io.stoa.gateway.upstream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** One event loop's connections to all upstreams. Made and used on that loop only. */
public final class UpstreamClient {
    private static final int MOST_HEADER_BYTES = 32 * 1024;
    private static final int MOST_CHUNK_BYTES = 64 * 1024;
    private static final int KEPT_ALIVE_SECONDS = 55;

    private final Vertx vertx;
    private final Context context;
    private final Endpoints endpoints;
    private final Watch watch;
    private final HttpClient http;

    public UpstreamClient(Vertx vertx, Endpoints endpoints, Watch watch) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.endpoints = endpoints;
        this.watch = watch;
        Patience patience = endpoints.patience();
        this.http = vertx.httpClientBuilder()
                .with(new HttpClientOptions()
                        .setConnectTimeout((int) patience.connect().toMillis())
                        .setMaxHeaderSize(MOST_HEADER_BYTES)
                        .setMaxChunkSize(MOST_CHUNK_BYTES)
                        .setKeepAlive(true)
                        .setKeepAliveTimeout(KEPT_ALIVE_SECONDS)
                        .setTcpNoDelay(true)
                        .setVerifyHost(true))
                .with(new PoolOptions()
                        .setHttp1MaxSize(patience.inFlight())
                        .setMaxWaitQueueSize(patience.inFlight())
                        .setCleanerPeriod((int) TimeUnit.SECONDS.toMillis(5)))
                // What goes wrong is a fault of the attempt, and told there.
                .withConnectHandler(connection -> connection.exceptionHandler(_ -> {}))
                .build();
    }

    public Future<Void> close() {
        return http.shutdown(Duration.ZERO);
    }

    Vertx vertx() {
        return vertx;
    }

    Context context() {
        return context;
    }

    Endpoints endpoints() {
        return endpoints;
    }

    Watch watch() {
        return watch;
    }

    HttpClient http() {
        return http;
    }
}
