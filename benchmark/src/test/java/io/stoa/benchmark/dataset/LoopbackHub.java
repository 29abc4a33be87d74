package io.stoa.benchmark.dataset;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.stoa.model.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A hub with one dataset, {@code house/stoa}, on this machine. Answers can be spoilt one by one. */
final class LoopbackHub implements AutoCloseable {
    static final String ID = "house/stoa";

    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-");

    /** A request as it came. */
    record Seen(String path, Optional<String> authorization, Optional<String> range, Optional<String> ifRange) {}

    /** What happens to an answer instead of being sent. */
    interface Mishap {
        void happen(HttpExchange exchange, byte[] body) throws IOException;
    }

    final List<Seen> seen = new CopyOnWriteArrayList<>();
    final Map<String, byte[]> files = new ConcurrentHashMap<>();

    /** Other addresses, by path and query. */
    final Map<String, String> answers = new ConcurrentHashMap<>();

    /** Applied to the next answers with a file's content, first to last. */
    final Queue<Mishap> mishaps = new ConcurrentLinkedQueue<>(new ArrayDeque<>());

    volatile String commit = "0123456789abcdef0123456789abcdef01234567";
    volatile Optional<String> token = Optional.empty();
    volatile Optional<URI> store = Optional.empty();
    volatile boolean large = true;

    private final HttpServer server;

    LoopbackHub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void put(String path, String text) {
        files.put(path, text.getBytes(StandardCharsets.UTF_8));
    }

    List<Seen> seenOf(String ending) {
        return seen.stream().filter(request -> request.path().endsWith(ending)).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getRawPath();
            seen.add(new Seen(
                    path, header(exchange, "Authorization"), header(exchange, "Range"), header(exchange, "If-Range")));
            String file = "/datasets/" + ID + "/resolve/" + commit + "/";
            if (token.isPresent() && !header(exchange, "Authorization").equals(token.map("Bearer "::concat))) {
                exchange.getResponseHeaders().add("X-Error-Code", "GatedRepo");
                exchange.sendResponseHeaders(header(exchange, "Authorization").isPresent() ? 403 : 401, -1);
            } else if (answers.containsKey(path)) {
                send(exchange, answers.get(path).getBytes(StandardCharsets.UTF_8));
            } else if (path.startsWith("/api/datasets/" + ID + "/revision/")) {
                send(exchange, listing().getBytes(StandardCharsets.UTF_8));
            } else if (path.startsWith("/store/")) {
                content(exchange, path.substring("/store/".length()));
            } else if (path.startsWith(file) && store.isPresent()) {
                exchange.getResponseHeaders().add("Location", store.get() + "/store/" + path.substring(file.length()));
                exchange.sendResponseHeaders(302, -1);
            } else if (path.startsWith(file)) {
                content(exchange, path.substring(file.length()));
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private static Optional<String> header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    private String listing() {
        ObjectNode root = JsonMapper.shared().createObjectNode().put("sha", commit);
        ArrayNode siblings = root.putArray("siblings");
        files.forEach((path, content) -> {
            ObjectNode sibling = siblings.addObject().put("rfilename", path).put("size", content.length);
            if (large) {
                sibling.putObject("lfs").put("sha256", Digest.of(content).hex());
            }
        });
        return root.toString();
    }

    private void content(HttpExchange exchange, String path) throws IOException {
        byte[] body = files.get(path);
        if (body == null) {
            exchange.getResponseHeaders().add("X-Error-Code", "EntryNotFound");
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        Mishap mishap = path.equals("README.md") ? null : mishaps.poll();
        if (mishap != null) {
            exchange.getResponseHeaders().add("ETag", etag(body));
            mishap.happen(exchange, body);
            return;
        }
        send(exchange, body);
    }

    static String etag(byte[] body) {
        return "\"" + Digest.of(body).hex() + "\"";
    }

    private static void send(HttpExchange exchange, byte[] body) throws IOException {
        exchange.getResponseHeaders().add("ETag", etag(body));
        Matcher range = RANGE.matcher(header(exchange, "Range").orElse(""));
        boolean part = range.matches() && header(exchange, "If-Range").equals(Optional.of(etag(body)));
        int start = part ? Integer.parseInt(range.group(1)) : 0;
        if (part && start >= body.length) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        if (part) {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + start + "-" + (body.length - 1) + "/" + body.length);
        }
        exchange.sendResponseHeaders(part ? 206 : 200, body.length - start);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(Arrays.copyOfRange(body, start, body.length));
        }
    }

    /** Breaks the connection after some bytes. */
    static Mishap cutAfter(int bytes) {
        return (exchange, body) -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body, 0, bytes);
            exchange.getResponseBody().flush();
        };
    }

    /** Sends some bytes and then nothing. */
    static Mishap stallAfter(int bytes, long millis) {
        return (exchange, body) -> {
            cutAfter(bytes).happen(exchange, body);
            try {
                Thread.sleep(millis);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        };
    }

    static Mishap status(int status) {
        return (exchange, _) -> {
            exchange.getResponseHeaders().add("Retry-After", "0");
            exchange.sendResponseHeaders(status, -1);
        };
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
