package io.stoa.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.stoa.console.ConsolePages.Ask;
import io.stoa.console.Requests.Made;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.wire.TokenUsage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The console behind a small server, for the browser's test, and for people who work on the page: {@code main} plays the
 * scene, then a request a second.
 */
final class ConsoleServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ConsoleFeed feed;
    private final ConsolePages pages;

    /** The admin key that is wanted; empty: none. */
    private final Optional<String> key;

    ConsoleServer(int port, ConsoleFeed feed, ConsolePages pages, Optional<String> key) throws IOException {
        this.feed = feed;
        this.pages = pages;
        this.key = key;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.createContext("/test/request", this::request);
        server.start();
    }

    static ConsoleServer playing(int port, Optional<String> key) throws IOException {
        SettableClock clock = new SettableClock(Instant.now().minusSeconds(24 * 3600));
        ConsoleFeed feed = new ConsoleFeed(clock, Scene::route);
        Scene scene = new Scene(Instant.now());
        scene.play(feed, clock);
        return new ConsoleServer(port, feed, new ConsolePages(feed, scene, clock), key);
    }

    static ConsoleServer quiet(int port) throws IOException {
        SettableClock clock = new SettableClock(Instant.now());
        clock.run();
        ConsoleFeed feed = new ConsoleFeed(clock, Scene::route);
        return new ConsoleServer(port, feed, new ConsolePages(feed, new Scene(Instant.now()), clock), Optional.empty());
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            Page page = pages.page(new Ask(
                            path,
                            key.map(wanted -> ("Bearer " + wanted)
                                            .equals(exchange.getRequestHeaders().getFirst("Authorization")))
                                    .orElse(true),
                            Optional.ofNullable(exchange.getRequestHeaders().getFirst("If-None-Match")),
                            Optional.ofNullable(exchange.getRequestHeaders().getFirst("Accept-Encoding"))
                                    .filter(accepted -> accepted.contains("gzip"))
                                    .isPresent()))
                    .orElse(null);
            if (page == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            page.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(page.status(), page.body().length == 0 ? -1 : page.body().length);
            exchange.getResponseBody().write(page.body());
        }
    }

    /** One more request, whose reason is the posted text. */
    private void request(HttpExchange exchange) throws IOException {
        try (exchange) {
            String reason = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            feed.ended(new Made(
                            "req-posted",
                            Instant.now(),
                            "support",
                            Optional.of("small"),
                            End.SERVED,
                            200,
                            reason,
                            1,
                            new TokenUsage(100, 50),
                            5,
                            OptionalLong.of(80_000),
                            700_000)
                    .ended());
            exchange.sendResponseHeaders(204, -1);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }

    /** @param arguments a port, and {@code empty} or {@code keyed} for other scenes */
    static void main(String... arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        List<String> how = List.of(arguments).subList(1, arguments.length);
        ConsoleServer server = how.contains("empty")
                ? quiet(port)
                : playing(port, how.contains("keyed") ? Optional.of("sesame") : Optional.empty());
        Scene scene = new Scene(Instant.now());
        while (!how.contains("still")) {
            Thread.sleep(1000);
            if (!how.contains("empty")) {
                server.feed.ended(scene.next(Instant.now()));
            }
        }
        Thread.sleep(Long.MAX_VALUE);
    }
}
