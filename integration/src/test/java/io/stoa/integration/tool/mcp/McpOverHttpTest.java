package io.stoa.integration.tool.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.stoa.integration.tool.Credential;
import io.stoa.integration.tool.Outbound;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Servers over HTTP that misbehave. */
@Timeout(60)
class McpOverHttpTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final List<JsonNode> posted = Collections.synchronizedList(new ArrayList<>());
    private final List<String> sessions = Collections.synchronizedList(new ArrayList<>());
    private final List<AutoCloseable> open = new ArrayList<>();

    /** What a server does with one request. */
    private interface Reply {
        void to(HttpExchange exchange, JsonNode message) throws IOException, InterruptedException;
    }

    private McpServer server(Reply reply, Duration patience) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/", exchange -> {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                sessions.addAll(exchange.getRequestHeaders().getOrDefault("Mcp-Session-Id", List.of("none")));
                JsonNode message = JsonMapper.shared()
                        .readTree(body.length == 0 ? "{}" : new String(body, StandardCharsets.UTF_8));
                posted.add(message);
                reply.to(exchange, message);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        http.start();
        McpServer server = McpServer.reached(
                "web",
                new Outbound(
                        URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/"),
                        true,
                        Optional.of(Credential.of("Authorization", "t0ken"))),
                new McpLimits(patience, 10_000, 50_000, 20, 3));
        open.add(server);
        open.add(() -> http.stop(0));
        return server;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", type);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void hello(HttpExchange exchange, JsonNode message) throws IOException {
        answer(
                exchange,
                200,
                "application/json",
                "{\"jsonrpc\":\"2.0\",\"id\":" + message.path("id")
                        + ",\"result\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}}}}");
    }

    /** Introduces itself, and replies so to all else. */
    private static Reply thenTo(Reply list) {
        return (exchange, message) -> {
            switch (message.path("method").stringValue("")) {
                case "initialize" -> {
                    exchange.getResponseHeaders().add("Mcp-Session-Id", "s-1");
                    hello(exchange, message);
                }
                case "tools/list" -> list.to(exchange, message);
                default -> answer(exchange, 202, "text/plain", "");
            }
        };
    }

    private void isRefused(Reply reply, Duration patience, String because) throws IOException {
        McpServer server = server(reply, patience);
        assertThatThrownBy(() -> server.definitions(patience))
                .isInstanceOfSatisfying(
                        StoaException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(StoaException.Kind.ENGINE))
                .hasMessageContaining(because)
                .hasMessageNotContaining("t0ken");
    }

    @Test
    void serversThatMisbehaveAreRefusedInTime() throws IOException {
        isRefused((_, _) -> Thread.sleep(5_000), SHORT, "in time");
        isRefused(
                (exchange, _) -> answer(exchange, 200, "text/html", "<p>"),
                PATIENCE,
                "answers with text/html instead of JSON");
        isRefused(
                (exchange, _) -> answer(exchange, 401, "application/json", "{\"bad\":\"t0ken\"}"),
                PATIENCE,
                "answers with status 401: {\"bad\":\"(secret)\"}; check its token");
        isRefused(
                (exchange, _) -> {
                    exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1/");
                    answer(exchange, 307, "text/plain", "");
                },
                PATIENCE,
                "redirects are not followed");
        isRefused(
                (exchange, message) -> {
                    exchange.getResponseHeaders().add("Mcp-Session-Id", "a b");
                    hello(exchange, message);
                },
                PATIENCE,
                "gives a session that is no visible text");
        isRefused(
                thenTo((exchange, _) -> answer(exchange, 200, "application/json", "x".repeat(20_000))),
                PATIENCE,
                "sends a message of more than 10000 bytes");
        isRefused(
                thenTo((exchange, _) -> answer(exchange, 200, "application/json", "{\"id\":99,\"result\":{}}")),
                PATIENCE,
                "ends its answer without answering");
        isRefused(
                thenTo((exchange, _) -> answer(exchange, 200, "text/event-stream", "data: {\"a\":\n\ndata: x\n\n")),
                PATIENCE,
                "sends a message that is not JSON");
        isRefused(
                thenTo((exchange, _) -> {
                    exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
                    exchange.sendResponseHeaders(200, 0);
                    for (int i = 0; i < 100_000; i++) {
                        exchange.getResponseBody().write(": still there\n".getBytes(StandardCharsets.UTF_8));
                    }
                }),
                PATIENCE,
                "bytes without answering");
        isRefused(
                thenTo((exchange, _) -> {
                    exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
                    exchange.sendResponseHeaders(200, 0);
                    for (int i = 0; i < 100; i++) {
                        exchange.getResponseBody().write(": slow\n".getBytes(StandardCharsets.UTF_8));
                        exchange.getResponseBody().flush();
                        Thread.sleep(50);
                    }
                }),
                SHORT,
                "no whole answer in time");
    }

    @Test
    void eventsMayComeBeforeTheAnswer() throws IOException {
        McpServer server = server(
                thenTo((exchange, message) -> answer(
                        exchange,
                        200,
                        "text/event-stream",
                        "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"elicitation/create\"}\n\n"
                                + ": a comment\r\n\r\ndata: {\"jsonrpc\":\"2.0\",\ndata: \"id\":" + message.path("id")
                                + ",\"result\":{\"tools\":[]}}\r\n\r\n")),
                PATIENCE);
        assertThat(server.definitions(PATIENCE)).isEmpty();
        assertThat(posted)
                .extracting(JsonNode::toString)
                .contains("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"error\":{\"code\":-32601,\"message\":\"not offered\"}}");
        assertThat(sessions).startsWith("none", "s-1", "s-1");
    }

    @Test
    void aSessionThatEndedIsBegunAnew() throws IOException {
        McpServer server = server(
                (exchange, message) -> {
                    boolean stale = posted.size() > 3 && posted.size() < 5;
                    if (stale) {
                        answer(exchange, 404, "text/plain", "no such session");
                    } else {
                        thenTo((now, asked) -> answer(
                                        now,
                                        200,
                                        "application/json",
                                        "{\"jsonrpc\":\"2.0\",\"id\":" + asked.path("id")
                                                + ",\"result\":{\"tools\":[]}}"))
                                .to(exchange, message);
                    }
                },
                PATIENCE);
        assertThat(server.definitions(PATIENCE)).isEmpty();
        assertThat(server.definitions(PATIENCE)).isEmpty();
        assertThat(posted)
                .extracting(message -> message.path("method").stringValue(""))
                .containsExactly(
                        "initialize",
                        "notifications/initialized",
                        "tools/list",
                        "tools/list",
                        "initialize",
                        "notifications/initialized",
                        "tools/list");
    }
}
