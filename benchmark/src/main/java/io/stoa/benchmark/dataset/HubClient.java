package io.stoa.benchmark.dataset;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Talks to the hub: follows redirects without taking the token along, and tries again what may pass. */
final class HubClient implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final int MOST_REDIRECTS = 5;

    private final HubSettings settings;
    private Optional<HttpClient> http = Optional.empty();

    HubClient(HubSettings settings) {
        this.settings = settings;
    }

    /** Made when it is needed: reading the certificates takes longer than many a local dataset. */
    private synchronized HttpClient http() {
        HttpClient client = http.orElseGet(() -> HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .build());
        http = Optional.of(client);
        return client;
    }

    /** What is done with an answer; an {@code IOException} asks for another attempt. */
    interface Use<T> {
        T of(HttpResponse<InputStream> response, InputStream body) throws IOException, InterruptedException;
    }

    /** What is tried again when it throws an {@code IOException}. */
    interface Attempt<T> {
        T run() throws IOException, InterruptedException;
    }

    /** The server asks for patience. */
    private static final class BusyException extends IOException {
        private static final long serialVersionUID = 1;

        private final transient Optional<Duration> wait;

        BusyException(int status, Optional<Duration> wait) {
            super("status " + status);
            this.wait = wait;
        }
    }

    /** An address on the hub, of which every segment but the slashes in it is encoded. */
    URI address(String path) {
        String encoded =
                Arrays.stream(path.split("/", -1)).map(HubClient::encoded).collect(Collectors.joining("/"));
        return URI.create(settings.endpoint() + "/" + encoded);
    }

    static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The body of a small answer. */
    String text(String where, URI uri, int most) {
        return retrying(
                where,
                () -> send(where, uri, Map.of(), (_, body) -> {
                    byte[] bytes = body.readNBytes(most + 1);
                    if (bytes.length > most) {
                        throw StoaException.engine(
                                where + ": the answer is larger than " + most + " bytes; is this a hub?");
                    }
                    return new String(bytes, StandardCharsets.UTF_8);
                }));
    }

    <T> T retrying(String where, Attempt<T> attempt) {
        HubSettings.Retries retries = settings.retries();
        Duration pause = retries.pause();
        for (int tried = 1; ; tried++) {
            try {
                try {
                    return attempt.run();
                } catch (IOException e) {
                    if (e instanceof InterruptedIOException
                            && Thread.currentThread().isInterrupted()) {
                        throw new InterruptedException();
                    }
                    if (tried == retries.attempts()) {
                        throw givenUp(where, tried, e);
                    }
                    Duration asked = e instanceof BusyException busy ? busy.wait.orElse(pause) : pause;
                    Thread.sleep(shorter(asked, retries.longestPause()));
                    pause = shorter(pause.multipliedBy(2), retries.longestPause());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoaException(
                        StoaException.Kind.RESOURCES, where + ": interrupted; start again, what is here stays", e);
            }
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private StoaException givenUp(String where, int tried, IOException e) {
        String why = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
        return new StoaException(
                StoaException.Kind.ENGINE,
                where + ": " + settings.endpoint() + " failed " + tried + " times (" + why
                        + "); try again later, or set HF_HUB_OFFLINE=1 to use what the cache holds",
                e);
    }

    /** One attempt. Statuses 200 and 206 are used, 416 too if a part was asked for, and others refused. */
    <T> T send(String where, URI uri, Map<String, String> headers, Use<T> use)
            throws IOException, InterruptedException {
        URI target = uri;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpResponse<InputStream> response =
                    http().send(request(target, headers), HttpResponse.BodyHandlers.ofInputStream());
            try (StallGuard body =
                    new StallGuard(response.body(), settings.retries().silence())) {
                switch (response.statusCode()) {
                    case 200, 206, 416 -> {
                        return use.of(response, body);
                    }
                    case 301, 302, 303, 307, 308 -> target = redirect(where, target, response);
                    default -> throw refusal(where, response);
                }
            }
        }
        throw StoaException.engine(where + ": more than " + MOST_REDIRECTS + " redirects; is HF_ENDPOINT right?");
    }

    private HttpRequest request(URI uri, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(settings.retries().silence())
                .header("User-Agent", "stoa")
                .header("Accept-Encoding", "identity");
        headers.forEach(request::header);
        if (isEndpoint(uri)) {
            settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token.secret()));
        }
        return request.build();
    }

    private boolean isEndpoint(URI uri) {
        URI endpoint = settings.endpoint();
        return uri.getScheme().equals(endpoint.getScheme())
                && uri.getHost().equalsIgnoreCase(endpoint.getHost())
                && uri.getPort() == endpoint.getPort();
    }

    private static URI redirect(String where, URI from, HttpResponse<?> response) {
        URI target;
        try {
            target = from.resolve(response.headers().firstValue("Location").orElse(""));
        } catch (IllegalArgumentException _) {
            throw StoaException.engine(where + ": redirected to what is no address; is HF_ENDPOINT right?");
        }
        if (!HubSettings.isWeb(target) || ("https".equals(from.getScheme()) && !"https".equals(target.getScheme()))) {
            throw StoaException.engine(where + ": redirected from " + from.getScheme() + " on " + from.getHost()
                    + " to where a download is not safe; is HF_ENDPOINT right?");
        }
        return target;
    }

    private RuntimeException refusal(String where, HttpResponse<?> response) throws BusyException {
        int status = response.statusCode();
        String code = response.headers().firstValue("X-Error-Code").orElse("");
        String terms = "accept its terms at " + settings.endpoint() + "/datasets/<id> and set HF_TOKEN";
        boolean known = settings.token().isPresent();
        if (status == 408 || status == 429 || status >= 500) {
            throw new BusyException(status, wait(response));
        }
        return switch (status) {
            case 401 ->
                StoaException.user(where + ": the hub does not let us in (401); "
                        + (known
                                ? "HF_TOKEN is wrong, expired, or of an account without access: make a new one"
                                : "check the name, and if the dataset is private or gated, " + terms));
            case 403 ->
                StoaException.user(where + ": access is denied (403); "
                        + (known ? "the account of HF_TOKEN has no access: " : "") + terms
                        + (known ? " of the account that did" : ""));
            case 404 ->
                StoaException.user(where
                        + switch (code) {
                            case "RevisionNotFound" -> ": no such revision (404); check the branch, tag or commit";
                            case "EntryNotFound" -> ": no such file (404); choose another revision";
                            default ->
                                ": not found (404); check the name and the revision, and if it is private, set"
                                        + " HF_TOKEN";
                        });
            default ->
                StoaException.engine(where + ": the hub answers with status " + status + "; is HF_ENDPOINT right?");
        };
    }

    /** {@code Retry-After} in seconds; a date is not waited for, but the usual pause is. */
    private static Optional<Duration> wait(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("[0-9]{1,6}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
    }

    @Override
    public synchronized void close() {
        http.ifPresent(HttpClient::shutdownNow);
    }
}
