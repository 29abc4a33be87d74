package io.stoa.gateway;

import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Tier;
import io.stoa.gateway.upstream.Endpoints;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** What all event loops have in common. */
final class Gateway {
    private static final int MOST_PAGES = 64;

    private final GatewayOptions options;
    private final Endpoints endpoints;
    private final Replays replays;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final Semaphore pageRoom = new Semaphore(MOST_PAGES);
    private final ExecutorService pageThreads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile Serving serving;
    private volatile boolean draining;

    Gateway(GatewayOptions options, Serving serving) {
        this.options = options;
        this.serving = serving;
        this.endpoints = new Endpoints(options.patience(), options.environment());
        this.replays =
                new Replays(options.bounds().replayBytes(), options.bounds().replayTime());
    }

    GatewayOptions options() {
        return options;
    }

    Serving serving() {
        return serving;
    }

    void reload(Serving next) {
        serving = next;
        endpoints.retain(next.routes().values().stream()
                .map(Route::tiers)
                .flatMap(List::stream)
                .map(Tier::target)
                .toList());
    }

    Endpoints endpoints() {
        return endpoints;
    }

    Replays replays() {
        return replays;
    }

    /** Requests under way, over all loops. */
    AtomicInteger requests() {
        return requests;
    }

    /** Open connections of callers, over all loops. */
    AtomicInteger connections() {
        return connections;
    }

    Semaphore pageRoom() {
        return pageRoom;
    }

    ExecutorService pageThreads() {
        return pageThreads;
    }

    boolean isDraining() {
        return draining;
    }

    void drain() {
        draining = true;
    }
}
