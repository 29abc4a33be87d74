package io.stoa.engine.supervised;

import io.stoa.model.StoaException;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One process of {@code stoa engine}, from its start to its death. It serves on loopback, to whoever knows its key. */
final class Child implements AutoCloseable {
    private static final int REMEMBERED_LINES = 20;
    private static final Duration HEALTH = Duration.ofSeconds(5);

    private final Process process;
    private final Thread remembering;
    private final Deque<String> lastLines = new ArrayDeque<>();
    private final String key;
    private final HttpClient client;
    private final CompletableFuture<URI> address = new CompletableFuture<>();

    private Child(Process process, String key) {
        this.process = process;
        this.key = key;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(HEALTH)
                .build();
        this.remembering = Thread.ofVirtual()
                .name("errors of engine " + process.pid())
                .start(() -> remember(process.getErrorStream()));
        Thread.ofVirtual().name("output of engine " + process.pid()).start(this::awaitAddress);
    }

    /**
     * Starts a process and waits until it serves.
     *
     * @param key what its callers must send
     * @throws StoaException of kind {@code ENGINE} when it does not within the time, or ends; with what it said last
     */
    static Child start(List<String> command, String key, Duration starting) {
        Child child;
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().put(SupervisedEngine.KEY_VARIABLE, key);
            child = new Child(builder.start(), key);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.ENGINE, "the engine's process cannot be started: " + e.getMessage(), e);
        }
        try {
            child.address.get(starting.toNanos(), TimeUnit.NANOSECONDS);
            return child;
        } catch (TimeoutException e) {
            child.close();
            throw StoaException.engine("the engine's process does not serve within " + starting.toSeconds() + " s"
                    + child.lastWords() + "; is the machine overloaded, or the model very large?");
        } catch (ExecutionException e) {
            child.close();
            throw StoaException.engine(
                    "the engine's process " + child.ending() + " before it served" + child.lastWords());
        } catch (InterruptedException e) {
            child.close();
            Thread.currentThread().interrupt();
            throw StoaException.resources("interrupted while the engine's process started");
        }
    }

    private void awaitAddress() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            JsonNode ready = JsonMapper.shared().readTree(line == null ? "" : line);
            URI told = URI.create(ready.path("address").asString(""));
            if (told.getHost() == null) {
                throw new EOFException("no address");
            }
            address.complete(told);
            while (line != null) {
                line = lines.readLine();
            }
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            address.completeExceptionally(e);
        }
    }

    private void remember(InputStream errors) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(errors, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (lastLines) {
                    lastLines.add(line.length() <= 500 ? line : line.substring(0, 500));
                    if (lastLines.size() > REMEMBERED_LINES) {
                        lastLines.remove();
                    }
                }
            }
        } catch (IOException e) {
            // It has died; what it said is kept.
        }
    }

    Process process() {
        return process;
    }

    /** Where it serves. */
    URI address() {
        return address.join();
    }

    /** How it ended, in words: {@code process 4711 was killed by signal 9}. */
    String ending() {
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                return process.pid() + " does not answer";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        int code = process.isAlive() ? -1 : process.exitValue();
        // Java tells a signal as 128 more, as shells do.
        return process.pid() + (code > 128 ? " was killed by signal " + (code - 128) : " ended with status " + code);
    }

    /** What it said last, for a message; of one that has ended, all of it. */
    String lastWords() {
        try {
            if (!process.isAlive()) {
                remembering.join(Duration.ofSeconds(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (lastLines) {
            return lastLines.isEmpty() ? "" : "; it said: " + String.join(" | ", lastLines);
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address.join().resolve(path)).header("Authorization", "Bearer " + key);
    }

    HttpRequest post(String path, String body) {
        return request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    HttpClient client() {
        return client;
    }

    /** Whether its event loop still turns. */
    boolean answers() {
        try {
            HttpRequest health = request("/health").timeout(HEALTH).GET().build();
            HttpResponse<Void> response = client.send(health, BodyHandlers.discarding());
            return response.statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Ends it: politely first, since its answers in the making have been given up by whoever closes it. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.waitFor(3, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        client.shutdownNow();
    }
}
