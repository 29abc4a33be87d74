package io.stoa.engine.doctor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A sound server with a fault put before it: requests and answers pass through, changed. */
final class FaultyServer implements AutoCloseable {
    /** A request on its way: to which path, and with what. */
    record Call(String method, String path, JsonNode body) {}

    /** An answer on its way back; a stream is the list of its events. */
    record Reply(int status, JsonNode body, List<JsonNode> events) {
        boolean isStream() {
            return !events.isEmpty();
        }
    }

    /** What is wrong. */
    interface Fault {
        /** Answers a call, usually by forwarding it. */
        Reply answer(Call call, Upstream upstream) throws IOException, InterruptedException;
    }

    /** The sound server. */
    interface Upstream {
        Reply send(Call call) throws IOException, InterruptedException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI sound;
    private final Fault fault;

    FaultyServer(URI sound, Fault fault) {
        this.sound = sound;
        this.fault = fault;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            JsonNode json = body.length == 0
                    ? JsonMapper.shared().missingNode()
                    : JsonMapper.shared().readTree(body);
            Call call = new Call(
                    exchange.getRequestMethod(), exchange.getRequestURI().getPath(), json);
            Reply reply = fault.answer(call, this::send);
            String text = reply.isStream()
                    ? reply.events().stream()
                            .map(event ->
                                    "data: " + (event.isString() ? event.stringValue() : event.toString()) + "\n\n")
                            .collect(Collectors.joining())
                    : reply.body().toString();
            exchange.getResponseHeaders()
                    .set("Content-Type", reply.isStream() ? "text/event-stream" : "application/json");
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Reply send(Call call) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(sound.resolve(call.path()));
        request.method(
                call.method(),
                call.body().isMissingNode()
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(call.body().toString()));
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        List<JsonNode> events = new ArrayList<>();
        if (response.headers().firstValue("Content-Type").orElse("").contains("event-stream")) {
            for (String line : response.body().split("\n", -1)) {
                if (line.startsWith("data: ")) {
                    String data = line.substring(6);
                    events.add(
                            data.equals("[DONE]")
                                    ? JsonMapper.shared().stringNode(data)
                                    : JsonMapper.shared().readTree(data));
                }
            }
            return new Reply(response.statusCode(), JsonMapper.shared().missingNode(), events);
        }
        return new Reply(response.statusCode(), JsonMapper.shared().readTree(response.body()), List.of());
    }

    /** The first choice's message of an answer. */
    static ObjectNode message(Reply reply) {
        return (ObjectNode) reply.body().path("choices").path(0).path("message");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
        client.close();
    }
}
