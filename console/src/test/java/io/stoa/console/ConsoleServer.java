package io.stoa.console;

import io.stoa.console.Requests.Made;
import io.stoa.gateway.GatewayOptions;
import io.stoa.gateway.GatewayServer;
import io.stoa.gateway.Page;
import io.stoa.gateway.Pages;
import io.stoa.gateway.Serving;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.policy.Admission;
import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.policy.Decision;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.route.Standing;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.TokenUsage;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The console in a real gateway, for tests, and for people who work on the page: {@code main} plays the scene, then a
 * request a second. {@code /test/request?…} adds a request whose reason is the query.
 */
final class ConsoleServer implements AutoCloseable {
    static final String ADMIN_KEY = "sesame";

    private final GatewayServer server;
    private final ConsoleFeed feed;

    private ConsoleServer(int port, ConsoleFeed feed, Pages console, boolean far) {
        this.feed = feed;
        Pages pages = request -> {
            if (request.path().equals("/test/request")) {
                return Optional.of(posted(URLDecoder.decode(request.query(), StandardCharsets.UTF_8)));
            }
            return console.get(
                    far
                            ? new Pages.Request(
                                    request.path(),
                                    request.query(),
                                    request.caller(),
                                    request.headers(),
                                    Optional.of(InetAddress.ofLiteral("10.0.0.4")))
                            : request);
        };
        server = GatewayServer.start(
                GatewayOptions.at("127.0.0.1", port).withClearTextHttp2(true),
                new Serving(
                        Scene.routesByName(),
                        (_, _) -> new Standing.Lapsed("this test has no model"),
                        new OneKey(),
                        Map.of(),
                        Map.of(),
                        (_, _, _) -> Optional.empty(),
                        feed,
                        pages));
    }

    /** A day of traffic. */
    static ConsoleServer playing(int port) {
        return playing(port, false);
    }

    /** A day of traffic, looked at from another machine. */
    static ConsoleServer playingFar(int port) {
        return playing(port, true);
    }

    private static ConsoleServer playing(int port, boolean far) {
        SettableClock clock = new SettableClock(Instant.now().minusSeconds(24 * 3600));
        ConsoleFeed feed = new ConsoleFeed(clock, Scene::route);
        Scene scene = new Scene(Instant.now());
        scene.play(feed, clock);
        return new ConsoleServer(port, feed, pages(feed, scene, clock), far);
    }

    /** No traffic yet. */
    static ConsoleServer quiet(int port) {
        SettableClock clock = new SettableClock(Instant.now());
        clock.run();
        ConsoleFeed feed = new ConsoleFeed(clock, Scene::route);
        return new ConsoleServer(port, feed, pages(feed, new Scene(Instant.now()), clock), false);
    }

    private static Pages pages(ConsoleFeed feed, Scene scene, SettableClock clock) {
        return new ConsolePages(feed, scene, clock, caller -> caller.keyId().equals("boss"));
    }

    String url() {
        return server.address() + "/";
    }

    private Page posted(String reason) {
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
        return Page.json(200, "{}");
    }

    @Override
    public void close() {
        server.close();
    }

    /** Knows one key, which is an admin's and may ask for nothing. */
    private static final class OneKey implements Admission {
        @Override
        public Optional<Caller> caller(String key) {
            return key.equals(ADMIN_KEY) ? Optional.of(new Caller("boss", Optional.empty())) : Optional.empty();
        }

        @Override
        public CompletionStage<Decision> admit(Caller caller, RequestFacts request, TokenUsage most, Micros worst) {
            return CompletableFuture.completedStage(new Decision.Denied(
                    ApiError.of(429, "insufficient_quota", "no_budget", "no budget"), Optional.empty()));
        }
    }

    /** @param arguments a port, and {@code empty}, {@code far} or {@code still} for other scenes */
    static void main(String... arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        List<String> how = List.of(arguments).subList(1, arguments.length);
        ConsoleServer server = how.contains("empty") ? quiet(port) : playing(port, how.contains("far"));
        Scene scene = new Scene(Instant.now());
        while (!how.contains("still")) {
            Thread.sleep(1000);
            server.feed.ended(scene.next(Instant.now()));
        }
        Thread.sleep(Long.MAX_VALUE);
    }
}
