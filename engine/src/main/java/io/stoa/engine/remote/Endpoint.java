package io.stoa.engine.remote;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * One OpenAI-compatible endpoint. Answers of status 429 and 503 are asked for again a few times, after the pause that the
 * server names ({@code Retry-After}, RFC 9110 section 10.2.3) or one that doubles, with jitter so that many clients do
 * not come back at once. Redirects are not followed, because they would carry the key to another host.
 */
final class Endpoint implements AutoCloseable {
    private static final int ATTEMPTS = 4;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** How much of an answer that is not a stream is read. */
    private static final int LARGEST_ANSWER = 16 * 1024 * 1024;

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final URI base;
    private final Duration timeout;
    private final Duration deadline;
    /** When the calling thread's call must have ended: a call is sent and read by one thread. */
    private final ThreadLocal<Long> callEnd = ThreadLocal.withInitial(System::nanoTime);

    private final Optional<String> key;
    private final ObjectMapper json;
    private final Clock clock;
    private final RandomGenerator jitter;
    private final HttpClient client;

    /**
     * An endpoint.
     *
     * @param timeout the longest silence
     * @param deadline the longest that one call may take, with its repetitions
     */
    Endpoint(
            URI base,
            Duration timeout,
            Duration deadline,
            Optional<String> key,
            ObjectMapper json,
            Clock clock,
            RandomGenerator jitter) {
        this.deadline = deadline;
        this.base = base;
        this.timeout = timeout;
        this.key = key;
        this.json = json;
        this.clock = clock;
        this.jitter = jitter;
        this.client = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** The address of a resource such as {@code chat/completions}, or with a slash one of the server's own. */
    URI address(String path) {
        if (path.startsWith("/")) {
            return base.resolve(path);
        }
        String start = base.toString();
        return URI.create(start.endsWith("/") ? start + path : start + "/" + path);
    }

    /** Reads a resource; absent when the server has none there (status 404). */
    Optional<JsonNode> get(String path) {
        URI address = address(path);
        HttpResponse<InputStream> response = send(request(address).GET().build());
        if (response.statusCode() == 404) {
            close(response.body());
            return Optional.empty();
        }
        return Optional.of(document(accepted(address, response)));
    }

    /** Posts JSON and hands over the answer once its status is good. The caller closes the body. */
    HttpResponse<InputStream> post(String path, JsonNode body) {
        URI address = address(path);
        HttpRequest request = request(address)
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream, application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        return accepted(address, send(request));
    }

    private HttpRequest.Builder request(URI address) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address);
        key.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request;
    }

    private HttpResponse<InputStream> send(HttpRequest request) {
        Duration pause = FIRST_PAUSE;
        long end = System.nanoTime() + deadline.toNanos();
        callEnd.set(end);
        for (int attempt = 1; ; attempt++) {
            long left = Math.max(1, Math.min(timeout.toNanos(), end - System.nanoTime()));
            HttpRequest once = HttpRequest.newBuilder(request, (name, value) -> true)
                    .timeout(Duration.ofNanos(left))
                    .build();
            HttpResponse<InputStream> response = sendOnce(once);
            boolean busy = response.statusCode() == 429 || response.statusCode() == 503;
            if (!busy || attempt == ATTEMPTS) {
                return response;
            }
            Optional<Duration> wanted =
                    response.headers().firstValue("Retry-After").flatMap(this::pause);
            close(response.body());
            if (wanted.filter(wait -> wait.compareTo(LONGEST_PAUSE) > 0).isPresent()) {
                throw StoaException.engine(request.uri() + ": too busy (status " + response.statusCode()
                        + ") and asks to come back in " + wanted.get().toSeconds() + " s; try again then");
            }
            if (System.nanoTime() + wanted.orElse(pause).toNanos() > end) {
                throw StoaException.engine(request.uri() + ": too busy (status " + response.statusCode()
                        + ") for all of " + deadline.toMillis() + " ms; try again later");
            }
            sleep(wanted.orElse(pause));
            pause = pause.multipliedBy(2);
        }
    }

    private Optional<Duration> pause(String retryAfter) {
        String text = retryAfter.strip();
        if (text.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Duration until = Duration.between(
                    clock.instant(),
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
            return Optional.of(until.isNegative() ? Duration.ZERO : until);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private void sleep(Duration pause) {
        try {
            Thread.sleep(pause.plusMillis(jitter.nextLong(1 + pause.toMillis() / 4)));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private StoaException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new StoaException(StoaException.Kind.RESOURCES, base + ": interrupted while waiting for an answer", e);
    }

    private HttpResponse<InputStream> sendOnce(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, request.uri() + ": " + explained(e), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** What an I/O failure means, and what to do about it. */
    String explained(IOException e) {
        return switch (e) {
            case HttpConnectTimeoutException _ ->
                "no connection within " + timeout.toMillis() + " ms; is the address right and the network up?";
            case HttpTimeoutException _ ->
                "no answer within " + (timeout.compareTo(deadline) < 0 ? timeout : deadline).toMillis()
                        + " ms; is the model loaded and the server not overloaded?";
            case ConnectException connect ->
                causedBy(connect, UnresolvedAddressException.class)
                        ? "unknown host " + base.getHost() + "; check the address"
                        : "connection refused; is the server running?";
            case SSLException ssl ->
                "no secure connection (" + ssl.getMessage() + "); check the certificate, or use http";
            default -> "the connection broke (" + e.getMessage() + "); is it an HTTP server, and still running?";
        };
    }

    private static boolean causedBy(Throwable failure, Class<? extends Throwable> type) {
        Throwable cause = failure;
        while (cause != null && !type.isInstance(cause)) {
            cause = cause.getCause();
        }
        return cause != null;
    }

    private HttpResponse<InputStream> accepted(URI address, HttpResponse<InputStream> response) {
        int status = response.statusCode();
        String type = contentType(response);
        if (status == 200 && (type.contains("json") || type.contains("event-stream"))) {
            return response;
        }
        if (REDIRECTS.contains(status)) {
            close(response.body());
            throw StoaException.engine(address + ": redirects to "
                    + response.headers()
                            .firstValue("Location")
                            .map(this::quoted)
                            .orElse("an address it does not say")
                    + "; give that address if it is right (redirects are not followed)");
        }
        if (status == 200) {
            close(response.body());
            throw StoaException.engine(address + ": answers with " + (type.isEmpty() ? "no content type" : quoted(type))
                    + " instead of JSON; is this the base of an OpenAI-compatible API (it usually ends in /v1)?");
        }
        throw refused(address, status, complaint(response));
    }

    private StoaException refused(URI address, int status, String complaint) {
        String said = address + ": status " + status + (complaint.isEmpty() ? "" : ", " + quoted(complaint));
        boolean tooLong = status == 400
                && complaint.matches(
                        "(?is).*(context_length_exceeded|maximum context length|context size|context window).*");
        if (tooLong) {
            return StoaException.user(said + "; shorten the prompt or ask for fewer tokens");
        }
        return switch (status) {
            case 401, 403 ->
                StoaException.user(said + "; "
                        + (key.isPresent()
                                ? "check the key in the environment variable"
                                : "name the environment variable that holds the key"));
            case 404 -> StoaException.user(said + "; check the base address and the model's name");
            case 429, 503 -> StoaException.engine(said + " after " + ATTEMPTS + " attempts; try again later");
            default -> StoaException.engine(said + "; see the server's log");
        };
    }

    /** The server's own words: {@code error.message} and {@code error.code}, or the start of its answer. */
    private String complaint(HttpResponse<InputStream> response) {
        String text;
        try {
            text = new String(read(response, 64 * 1024), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
        try {
            return complaint(json.readTree(text)).orElse(text);
        } catch (JacksonException e) {
            return contentType(response).contains("html") ? "" : text;
        }
    }

    /** What an error object says, when there is one. */
    static Optional<String> complaint(JsonNode answer) {
        JsonNode error = answer.path("error");
        if (error.isMissingNode() || error.isNull()) {
            return Optional.ofNullable(answer.path("message").stringValue(null));
        }
        if (error.isString()) {
            return Optional.of(error.stringValue());
        }
        String code = error.path("code").asString("");
        String message = error.path("message").asString("");
        return Optional.of(code.isEmpty() || message.contains(code) ? message : message + " (" + code + ")");
    }

    static String contentType(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Type").orElse("").toLowerCase(java.util.Locale.ROOT);
    }

    /** Foreign text as part of a message: one line, short, and never with the key in it. */
    String quoted(String foreign) {
        String safe = key.map(secret -> foreign.replace(secret, "(key)")).orElse(foreign);
        String line = safe.strip().replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= 300 ? line : line.substring(0, 300) + "…";
    }

    /** Reads a body and closes it, within the deadline however slowly it comes. */
    private byte[] read(HttpResponse<InputStream> response, int most) throws IOException {
        CompletableFuture<byte[]> whole = new CompletableFuture<>();
        Thread reading = Thread.ofVirtual().start(() -> {
            try (InputStream body = response.body()) {
                whole.complete(body.readNBytes(most));
            } catch (IOException e) {
                whole.completeExceptionally(e);
            }
        });
        try {
            return whole.get(Math.max(1, callEnd.get() - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            reading.interrupt();
            close(response.body());
            throw new HttpTimeoutException("the answer does not end");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException broken ? broken : new IOException(e);
        } catch (InterruptedException e) {
            reading.interrupt();
            throw interrupted(e);
        }
    }

    /** Reads a whole answer that must be one JSON document, and closes it. */
    JsonNode document(HttpResponse<InputStream> response) {
        try {
            byte[] bytes = read(response, LARGEST_ANSWER + 1);
            if (bytes.length > LARGEST_ANSWER) {
                throw StoaException.engine(response.uri() + ": answers with more than " + LARGEST_ANSWER + " bytes");
            }
            return document(response.uri(), new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, response.uri() + ": " + explained(e), e);
        }
    }

    JsonNode document(URI address, String text) {
        JsonNode answer;
        try {
            answer = json.readTree(text);
        } catch (JacksonException e) {
            throw new StoaException(
                    StoaException.Kind.ENGINE,
                    address + ": sends something that is not JSON: " + quoted(text)
                            + "; is it an OpenAI-compatible API?",
                    e);
        }
        if (answer.hasNonNull("error")) {
            throw refused(address, 200, complaint(answer).orElse(""));
        }
        return answer;
    }

    static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            // The answer is not wanted any more, so neither is the news that it broke off.
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
