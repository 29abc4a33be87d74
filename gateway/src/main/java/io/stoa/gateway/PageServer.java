package io.stoa.gateway;

import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Standing;
import io.stoa.gateway.wire.ApiError;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers what is no call of a model: health, the list of models, and other people's pages on virtual threads. */
final class PageServer {
    private static final String OPEN_API = "/io/stoa/gateway/wire/openapi.json";

    /** What is made here, and only looked at. */
    private static final Set<String> OWN = Set.of("/health", "/ready", "/v1/models", "/openapi.json");

    private final Exchange exchange;
    private final Gateway gateway;
    private final String path;

    PageServer(Exchange exchange, String path) {
        this.exchange = exchange;
        this.gateway = exchange.loop().gateway();
        this.path = path;
    }

    void start() {
        exchange.bodyWasRead();
        if (OWN.contains(path) && exchange.request().method().equals(HttpMethod.POST)) {
            exchange.refuse(Door.wrongMethod(path, "GET"));
            return;
        }
        switch (path) {
            case "/health" -> exchange.page(Page.json(200, "{\"status\":\"ok\"}"));
            case "/ready" -> exchange.page(ready());
            case "/v1/models" -> models();
            default -> elsewhere();
        }
    }

    /** Whether at least one route can be served. */
    private Page ready() {
        if (gateway.isDraining()) {
            return Page.json(503, "{\"status\":\"draining\"}");
        }
        return live().isEmpty()
                ? Page.json(503, "{\"status\":\"no route may serve\"}")
                : Page.json(200, "{\"status\":\"ready\"}");
    }

    private List<Route> live() {
        Serving serving = exchange.serving();
        return serving.routes().values().stream()
                .filter(route -> route.tiers().stream()
                        .anyMatch(tier -> serving.standings().of(tier, route.use()) instanceof Standing.Live))
                .sorted(Comparator.comparing(Route::name))
                .toList();
    }

    private Optional<Caller> caller() {
        return Reception.key(exchange.request()).flatMap(exchange.serving().admission()::caller);
    }

    private void models() {
        if (caller().isEmpty()) {
            exchange.refuse(ApiError.of(
                    401, "authentication_error", "invalid_api_key", "send Authorization: Bearer KEY, or x-api-key"));
            return;
        }
        ObjectNode list = JsonMapper.shared().createObjectNode().put("object", "list");
        ArrayNode data = list.putArray("data");
        live().forEach(route -> data.addObject()
                .put("id", route.name())
                .put("object", "model")
                .put("created", 0)
                .put("owned_by", "stoa"));
        exchange.page(Page.json(200, list.toString()));
    }

    private void elsewhere() {
        if (!gateway.pageRoom().tryAcquire()) {
            exchange.refuse(
                    ApiError.of(503, "server_error", "overloaded", "too many pages are being made; try again"),
                    Optional.of(java.time.Duration.ofSeconds(1)));
            return;
        }
        Pages.Request request = request();
        gateway.pageThreads().execute(() -> {
            Optional<Page> page;
            try {
                page = path.equals("/openapi.json")
                        ? openApi()
                        : exchange.request().method().equals(HttpMethod.POST)
                                ? exchange.serving().pages().post(request)
                                : exchange.serving().pages().get(request);
            } catch (RuntimeException e) {
                System.getLogger(PageServer.class.getName())
                        .log(System.Logger.Level.ERROR, "the page " + path + " could not be made", e);
                page = Optional.of(Page.json(500, "{\"error\":{\"message\":\"the page could not be made\"}}"));
            } finally {
                gateway.pageRoom().release();
            }
            Optional<Page> made = page;
            exchange.loop().run(() -> show(made));
        });
    }

    private void show(Optional<Page> page) {
        if (!exchange.isOver()) {
            page.ifPresentOrElse(exchange::page, () -> exchange.refuse(Door.noSuchPath(path)));
        }
    }

    private Pages.Request request() {
        HttpServerRequest request = exchange.request();
        Map<String, String> headers = new HashMap<>();
        request.headers().forEach((name, value) -> headers.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
        // HTTP/2 names the host elsewhere.
        Optional.ofNullable(request.authority()).ifPresent(host -> headers.putIfAbsent("host", host.toString()));
        Optional<InetAddress> from = Optional.ofNullable(request.remoteAddress())
                .flatMap(address -> Optional.ofNullable(address.hostAddress()))
                .map(InetAddress::ofLiteral);
        return new Pages.Request(path, Objects.requireNonNullElse(request.query(), ""), caller(), headers, from);
    }

    private static Optional<Page> openApi() {
        try (InputStream document = PageServer.class.getResourceAsStream(OPEN_API)) {
            return document == null
                    ? Optional.empty()
                    : Optional.of(Page.of(200, "application/json", document.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
