package io.stoa.engine.doctor;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Asks an endpoint and takes what it says as it is. No request outlives the doctor's deadline. */
final class Client implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final URI base;
    private final Optional<String> key;
    private final String model;
    private final long deadline;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /** An answer: its status, and its body as JSON, or as text where it is none. */
    record Answer(int status, JsonNode json, String text) {
        boolean isGood() {
            return status == 200 && json.isObject() && !json.hasNonNull("error");
        }

        /** The start of what it said, for evidence. */
        String quoted() {
            String line = text.strip().replaceAll("\\s+", " ");
            return "status " + status + ", " + (line.length() <= 160 ? line : line.substring(0, 160) + "…");
        }
    }

    /** The endpoint did not answer. */
    static final class Silent extends Exception {
        private static final long serialVersionUID = 1;

        Silent(String why) {
            super(why);
        }
    }

    Client(URI base, String model, Optional<String> key, Duration limit) {
        this.base = base;
        this.model = model;
        this.key = key;
        this.deadline = System.nanoTime() + limit.toNanos();
    }

    boolean isTimeOver() {
        return System.nanoTime() >= deadline;
    }

    /** A request for the model, to be completed. */
    ObjectNode request() {
        return JsonMapper.shared().createObjectNode().put("model", model);
    }

    Answer get(String path) throws Silent {
        return send(builder(path).GET().build());
    }

    Answer post(String path, JsonNode body) throws Silent {
        return send(builder(path).POST(BodyPublishers.ofString(body.toString())).build());
    }

    /** The events of a stream, {@code [DONE]} as a string at its end when it is there. */
    List<JsonNode> stream(String path, ObjectNode body) throws Silent {
        body.put("stream", true).putObject("stream_options").put("include_usage", true);
        Answer answer = post(path, body);
        List<JsonNode> events = new ArrayList<>();
        for (String line : answer.text.split("\n", -1)) {
            if (line.startsWith("data:")) {
                String data = line.substring(5).strip();
                events.add(data.equals("[DONE]") ? JsonMapper.shared().stringNode(data) : json(data));
            }
        }
        return events;
    }

    private HttpRequest.Builder builder(String path) {
        String start = base.toString();
        URI address = path.startsWith("/")
                ? base.resolve(path)
                : URI.create(start.endsWith("/") ? start + path : start + "/" + path);
        HttpRequest.Builder builder = HttpRequest.newBuilder(address).header("Content-Type", "application/json");
        key.ifPresent(secret -> builder.header("Authorization", "Bearer " + secret));
        return builder;
    }

    /** Sends once more when a kept connection turns out to have been closed by the server meanwhile. */
    private Answer send(HttpRequest request) throws Silent {
        try {
            return sendOnce(request);
        } catch (Silent e) {
            if (isTimeOver() || !String.valueOf(e.getMessage()).contains("received no bytes")) {
                throw e;
            }
            return sendOnce(request);
        }
    }

    private Answer sendOnce(HttpRequest request) throws Silent {
        CompletableFuture<HttpResponse<String>> pending = http.sendAsync(request, BodyHandlers.ofString());
        try {
            long left = Math.min(deadline - System.nanoTime(), LONGEST.toNanos());
            HttpResponse<String> response = pending.get(Math.max(0, left), TimeUnit.NANOSECONDS);
            return new Answer(response.statusCode(), json(response.body()), response.body());
        } catch (TimeoutException e) {
            pending.cancel(true);
            throw new Silent(request.uri() + ": no whole answer within the time");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof IOException broken ? broken : e;
            throw new Silent(
                    request.uri() + ": " + (cause.getMessage() == null ? "no connection" : cause.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Silent("interrupted");
        }
    }

    private static JsonNode json(String text) {
        try {
            return JsonMapper.shared().readTree(text);
        } catch (JacksonException e) {
            return JsonMapper.shared().missingNode();
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
