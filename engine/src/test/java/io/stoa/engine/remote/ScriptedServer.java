package io.stoa.engine.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A loopback server that gives one prepared answer after another and remembers what it was asked. */
final class ScriptedServer implements AutoCloseable {
    /** An answer as it goes over the wire. */
    @FunctionalInterface
    interface Reply {
        void send(HttpExchange exchange) throws IOException, InterruptedException;
    }

    /** What arrived. */
    record Request(String method, String path, Map<String, List<String>> headers, String body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<Reply> replies = new ConcurrentLinkedQueue<>();
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

    ScriptedServer(Reply... script) {
        replies.addAll(List.of(script));
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    Map.copyOf(exchange.getRequestHeaders()),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            Reply reply = replies.poll();
            (reply == null ? status(500, "application/json", "{\"error\":\"the script is over\"}") : reply)
                    .send(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    static Reply json(String body) {
        return status(200, "application/json", body);
    }

    static Reply status(int status, String type, String body, String... header) {
        return exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            for (int at = 0; at < header.length; at += 2) {
                exchange.getResponseHeaders().set(header[at], header[at + 1]);
            }
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** Events, each written and flushed byte range by byte range so that characters are cut. */
    static Reply events(String... data) {
        return exchange -> {
            OutputStream out = open(exchange);
            for (String event : data) {
                byte[] bytes = ("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8);
                for (int at = 0; at < bytes.length; at += 7) {
                    out.write(bytes, at, Math.min(7, bytes.length - at));
                    out.flush();
                }
            }
        };
    }

    /** Events, then silence. */
    static Reply eventsThenSilence(String... data) {
        return exchange -> {
            OutputStream out = open(exchange);
            for (String event : data) {
                out.write(("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8));
            }
            out.flush();
            Thread.sleep(10_000);
        };
    }

    static Reply silence() {
        return exchange -> Thread.sleep(10_000);
    }

    private static OutputStream open(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
