package io.stoa.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.cascade.Cascade;
import io.stoa.gateway.policy.Admission;
import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.policy.Decision;
import io.stoa.gateway.policy.Guard;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.policy.Reservation;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Standing;
import io.stoa.gateway.route.Standings;
import io.stoa.gateway.route.Tier;
import io.stoa.gateway.upstream.Target;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A gateway with what decides for it in plain sight: one key, counted reservations, records in a queue. */
final class Trial implements AutoCloseable {
    static final String KEY = "sk-trial";
    static final Micros.TokenPrice PRICE = new Micros.TokenPrice(1_000_000, 2_000_000);
    static final String CHAT =
            "{\"model\":\"r\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"max_tokens\":50}";
    static final String STREAMED =
            "{\"model\":\"r\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"max_tokens\":50}";
    static final String ANSWER =
            "{\"id\":\"a\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
                    + "\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2,\"total_tokens\":9}}";

    final Purse purse = new Purse();
    final LinkedBlockingQueue<RequestRecord> records = new LinkedBlockingQueue<>();
    final GatewayServer server;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private Trial(GatewayOptions options, Plot plot) {
        server = GatewayServer.start(options, serving(plot));
    }

    static Trial of(GatewayOptions options, Plot plot) {
        return new Trial(options, plot);
    }

    /** One route named {@code r} with one tier. */
    static Trial of(GatewayOptions options, Target target) {
        return new Trial(options, Plot.of(target));
    }

    static GatewayOptions options() {
        return GatewayOptions.at("127.0.0.1", 0).withEventLoops(2);
    }

    Serving serving(Plot plot) {
        return new Serving(
                plot.routes, plot.standings, purse, plot.cascades, plot.hedges, plot.guard, records::add, Pages.NONE);
    }

    HttpRequest.Builder request(String path, String body) {
        return HttpRequest.newBuilder(URI.create(server.address() + path))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    HttpResponse<String> post(String path, String body) {
        return send(request(path, body).build());
    }

    HttpResponse<String> chat(String body) {
        return post("/v1/chat/completions", body);
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(server.address() + path))
                .header("Authorization", "Bearer " + KEY)
                .build());
    }

    /** The next record, which must come soon. */
    RequestRecord record() {
        try {
            return Optional.ofNullable(records.poll(10, TimeUnit.SECONDS))
                    .orElseThrow(() -> new AssertionError("no record came"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    int port() {
        return URI.create(server.address()).getPort();
    }

    @Override
    public void close() {
        server.close();
    }

    static Tier tier(String name, Target target) {
        return new Tier(name, "candidate-" + name, target, PRICE, 4096);
    }

    static Route route(String name, Duration deadline, Optional<String> fallback, Tier... tiers) {
        return new Route(name, "chat", List.of(tiers), deadline, 100, fallback);
    }

    /** What a trial's gateway serves. */
    static final class Plot {
        final Map<String, Route> routes = new HashMap<>();
        final Map<String, Cascade> cascades = new HashMap<>();
        Map<String, Duration> hedges = Map.of();
        Guard guard = (_, _, _) -> Optional.empty();
        Standings standings = (tier, _) ->
                new Standing.Live("sha256:" + tier.name(), new EvidenceRef(7, Digest.of("v")), Instant.MAX);

        static Plot of(Target target) {
            return new Plot().with(route("r", Duration.ofSeconds(20), Optional.empty(), tier("only", target)));
        }

        Plot with(Route route) {
            routes.put(route.name(), route);
            return this;
        }

        Plot cascade(String route, Cascade cascade) {
            cascades.put(route, cascade);
            return this;
        }
    }

    /** An answer is whole a moment before it is settled. */
    void assertNothingIsReserved() {
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (purse.open.get() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(purse.open).as("reservations left open").hasValue(0);
    }

    /** One key's money: what was set aside, and what was charged. */
    static final class Purse implements Admission {
        final AtomicLong reservedMicros = new AtomicLong();
        final AtomicLong chargedMicros = new AtomicLong();
        final AtomicInteger open = new AtomicInteger();
        final AtomicInteger settledTwice = new AtomicInteger();
        final List<TokenUsage> charged = new ArrayList<>();
        volatile Optional<Decision> answer = Optional.empty();
        volatile Optional<CompletableFuture<Decision>> slow = Optional.empty();

        @Override
        public Optional<Caller> caller(String key) {
            return key.equals(KEY) ? Optional.of(new Caller("trial", Optional.empty())) : Optional.empty();
        }

        @Override
        public CompletionStage<Decision> admit(Caller caller, RequestFacts request, TokenUsage most, Micros worst) {
            if (slow.isPresent()) {
                return slow.get();
            }
            return CompletableFuture.completedFuture(answer.orElseGet(() -> new Decision.Admitted(reserve(worst))));
        }

        Reservation reserve(Micros worst) {
            reservedMicros.addAndGet(worst.value());
            open.incrementAndGet();
            AtomicInteger times = new AtomicInteger();
            return (usage, cost) -> {
                if (times.incrementAndGet() > 1) {
                    settledTwice.incrementAndGet();
                    return;
                }
                if (cost.compareTo(worst) > 0) {
                    throw new AssertionError("charged " + cost + " of " + worst);
                }
                chargedMicros.addAndGet(cost.value());
                synchronized (charged) {
                    charged.add(usage);
                }
                open.decrementAndGet();
            };
        }
    }
}
