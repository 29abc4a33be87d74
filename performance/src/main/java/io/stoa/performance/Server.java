package io.stoa.performance;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server of a model in a process of its own, and how to call it over the OpenAI protocol. */
final class Server implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration LONGEST_CALL = Duration.ofMinutes(5);

    private final Process process;
    private final URI address;
    private final HttpClient client;

    /** For answers that are left in the middle: a connection that is being closed must not be taken by another call. */
    private final HttpClient leaving;

    /** What a streamed answer took. */
    record Answer(int tokens, Duration timeToFirstToken, Duration total) {}

    /** Reads a stream's lines; false ends the connection. */
    interface Lines {
        boolean next(String line);
    }

    private Server(Process process, URI address) {
        this.process = process;
        this.address = address;
        this.client = newClient();
        this.leaving = newClient();
    }

    private static HttpClient newClient() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    /** {@code stoa engine}. */
    static Server stoa(Path model, int threads, int slots, int context, List<String> more) {
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(
                Performance.root().resolve("stoa").toString(),
                "engine",
                "--model",
                model.toString(),
                "--listen",
                "127.0.0.1:" + port,
                "--threads",
                Integer.toString(threads),
                "--slots",
                Integer.toString(slots),
                "--context",
                Integer.toString(context)));
        command.addAll(more);
        return start(command, port);
    }

    /** {@code llama-server}: as many slots and cells, one cache for all as Stoa has it. */
    static Server llama(Reference reference, Path model, int threads, int slots, int context) {
        int port = freePort();
        return start(
                List.of(
                        reference.program("llama-server").toString(),
                        "-m",
                        model.toString(),
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "-t",
                        Integer.toString(threads),
                        "-tb",
                        Integer.toString(threads),
                        "-np",
                        Integer.toString(slots),
                        "-c",
                        Integer.toString(slots * context),
                        "--kv-unified"),
                port);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, "no free port: " + e.getMessage(), e);
        }
    }

    private static Server start(List<String> command, int port) {
        try {
            Path log = Files.createTempFile("server", ".log");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            Server server = new Server(process, URI.create("http://127.0.0.1:" + port));
            long deadline = System.nanoTime() + START.toNanos();
            while (!server.isHealthy()) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    server.close();
                    throw StoaException.engine(command + ": does not serve; its log is " + log);
                }
                Thread.sleep(50);
            }
            return server;
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, command + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.engine(command + ": interrupted");
        }
    }

    private boolean isHealthy() {
        try {
            return call("GET", "/health", "").statusCode() == 200;
        } catch (StoaException e) {
            if (e.getCause() instanceof ConnectException) {
                return false;
            }
            throw e;
        }
    }

    /** The process's id, which stays that of the server where a launcher replaced itself. */
    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    HttpResponse<String> call(String method, String path, String body) {
        return send(client, method, path, body, BodyHandlers.ofString());
    }

    private <T> HttpResponse<T> send(
            HttpClient client, String method, String path, String body, HttpResponse.BodyHandler<T> handler) {
        HttpRequest request = HttpRequest.newBuilder(address.resolve(path))
                .timeout(LONGEST_CALL)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            try {
                return client.send(request, handler);
            } catch (IOException e) {
                // Java's client may take a connection from its pool that is just being closed; nothing was sent then.
                if (!String.valueOf(e.getMessage()).contains("received no bytes")) {
                    throw e;
                }
                return client.send(request, handler);
            }
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, address.resolve(path) + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.engine(address.resolve(path) + ": interrupted");
        }
    }

    /** Reads an event stream until its end, or until the reader has enough and leaves. */
    int stream(String path, String body, Lines lines) {
        return stream(client, path, body, lines);
    }

    /** The same, by a caller that will leave. */
    void leave(String path, String body, Lines lines) {
        stream(leaving, path, body, lines);
    }

    private int stream(HttpClient client, String path, String body, Lines lines) {
        HttpResponse<Stream<String>> response = send(client, "POST", path, body, BodyHandlers.ofLines());
        // Closing it before its end closes the connection.
        try (Stream<String> all = response.body()) {
            boolean _ = all.allMatch(lines::next);
        }
        return response.statusCode();
    }

    /** A streamed completion of a text, greedy, with exactly as many tokens as the server says it made. */
    Answer complete(String prompt, int tokens) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("prompt", prompt);
        request.put("max_tokens", tokens);
        request.put("temperature", 0);
        request.put("stream", true);
        request.put("stream_options", Map.of("include_usage", true));
        long start = System.nanoTime();
        long[] first = new long[1];
        int[] made = new int[1];
        int status = stream("/v1/completions", JsonMapper.shared().writeValueAsString(request), line -> {
            if (line.startsWith("data: {")) {
                JsonNode event = JsonMapper.shared().readTree(line.substring("data: ".length()));
                JsonNode choices = event.path("choices");
                if (first[0] == 0 && !choices.path(0).path("text").asString("").isEmpty()) {
                    first[0] = System.nanoTime() - start;
                }
                made[0] = event.path("usage").path("completion_tokens").asInt(made[0]);
            }
            return true;
        });
        if (status != 200 || made[0] == 0) {
            throw StoaException.engine(address + ": answered a completion with " + status + " and no tokens");
        }
        return new Answer(made[0], Duration.ofNanos(first[0]), Duration.ofNanos(System.nanoTime() - start));
    }

    /** Linux's account of the process: a value of {@code /proc/PID/status} such as {@code VmRSS}, without its unit. */
    Optional<Long> status(String key) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid()), "status"))) {
            return lines.filter(line -> line.startsWith(key + ":"))
                    .map(line -> Long.valueOf(line.replaceAll("\\D+", "")))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** How many files it holds open. */
    Optional<Long> openFiles() {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
            return Optional.of(files.count());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        client.close();
        leaving.close();
    }
}
