package io.stoa.gateway.route;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.upstream.Target;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an endpoint says that it serves: the list at {@code /v1/models}, with the {@code revision} or {@code digest} of a
 * model where its entry has one. Redirects are not followed, because they would carry the key elsewhere.
 */
final class EndpointWatch {
    private static final int LARGEST_LIST = 1 << 20;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Everything that is known of an endpoint. */
    sealed interface State {
        /** It has not answered yet. */
        record Unasked() implements State {}

        /** It answered: what it tells of each model, by name. */
        record Serves(Map<String, Told> models) implements State {
            public Serves {
                models = Map.copyOf(models);
            }
        }

        /** It does not answer, or not so that its answer can be read. */
        record Silent(String why) implements State {}
    }

    /** What an endpoint tells of a model beside its name. */
    record Told(Optional<String> revision, Optional<String> digest) {}

    private final Target target;
    private final Function<String, Optional<String>> environment;
    private final HttpClient client;
    private final Rhythm rhythm;
    private final Executor executor;
    private final Runnable done;

    private volatile State state = new State.Unasked();
    private long askedAt;
    private long answeredAt;
    private boolean begun;
    private boolean asking;

    EndpointWatch(
            Target target,
            Function<String, Optional<String>> environment,
            HttpClient client,
            Rhythm rhythm,
            Executor executor,
            Runnable done) {
        this.target = requireNonNull(target, "target");
        this.environment = environment;
        this.client = client;
        this.rhythm = rhythm;
        this.executor = executor;
        this.done = done;
    }

    /** Asks again where it is time. */
    synchronized State look() {
        long now = System.nanoTime();
        if (!asking && (!begun || now - askedAt > rhythm.ask().toNanos())) {
            begun = true;
            asking = true;
            askedAt = now;
            executor.execute(this::ask);
        }
        return state;
    }

    /** Whether it has not answered yet. */
    boolean isUnasked() {
        return state instanceof State.Unasked;
    }

    private void ask() {
        State found;
        try {
            found = new State.Serves(models(list()));
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            found = new State.Silent(String.valueOf(e.getMessage()));
        }
        synchronized (this) {
            boolean answered = found instanceof State.Serves;
            if (answered) {
                answeredAt = System.nanoTime();
            }
            boolean lastCounts = state instanceof State.Serves
                    && System.nanoTime() - answeredAt < rhythm.patience().toNanos();
            if (answered || !lastCounts) {
                state = found;
            }
            asking = false;
        }
        done.run();
    }

    private String list() throws IOException {
        String base = target.base().toString();
        URI address = URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/v1/models");
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(TIMEOUT)
                .header("Accept", "application/json")
                .GET();
        if (target.keyVariable().isPresent()) {
            String variable = target.keyVariable().get();
            String key = environment
                    .apply(variable)
                    .orElseThrow(() -> new IOException("the environment variable " + variable + " is not set"));
            request.header("Authorization", "Bearer " + key);
        }
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(
                request.build(),
                HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), LARGEST_LIST));
        try {
            HttpResponse<byte[]> whole = answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            if (whole.statusCode() != 200) {
                throw new IOException(address + " answers with status " + whole.statusCode());
            }
            return new String(whole.body(), StandardCharsets.UTF_8);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException(address + " does not answer within " + TIMEOUT.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(address + " cannot be asked (" + e.getCause() + ")", e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException(address + " was not asked to the end", e);
        }
    }

    private static Map<String, Told> models(String list) {
        Map<String, Told> models = new HashMap<>();
        for (JsonNode model : JsonMapper.shared().readTree(list).path("data")) {
            if (model.path("id").isString()) {
                models.put(model.path("id").stringValue(), new Told(text(model, "revision"), text(model, "digest")));
            }
        }
        return models;
    }

    private static Optional<String> text(JsonNode model, String member) {
        JsonNode value = model.path(member);
        return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
    }
}
