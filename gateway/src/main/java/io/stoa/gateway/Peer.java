package io.stoa.gateway;

import io.stoa.gateway.upstream.Watch;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;

/** One caller's connection: closed when it brings no request in time. */
final class Peer extends Watch.Watched {
    private final HttpConnection connection;
    private final long idleNanos;
    private int requests;

    Peer(HttpConnection connection, Bounds bounds) {
        this.connection = connection;
        this.idleNanos = bounds.idle().toNanos();
        wait(bounds.sending());
    }

    private void wait(Duration patience) {
        due(System.nanoTime() + patience.toNanos());
    }

    /** It brought the head of a request. */
    void began() {
        requests++;
        due(Watch.NEVER);
    }

    /** One of its requests has ended. */
    void ended() {
        requests--;
        if (requests == 0) {
            due(System.nanoTime() + idleNanos);
        }
    }

    @Override
    protected void overdue() {
        due(Watch.NEVER);
        var _ = connection.close();
    }
}
