package io.stoa.gateway.telemetry;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.audit.RecordListener;
import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.wire.TraceContext;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One span a request, sent to an OpenTelemetry collector as OTLP over HTTP in its JSON encoding, by the semantic
 * conventions for generative AI (client spans, in development). Never a word of a prompt or an answer.
 *
 * <p>Handing a span over costs an event loop a queue's insertion. A thread of its own sends them, at most {@value
 * #AT_ONCE} at a time and about once a second. A collector that is slow or dead costs no request anything: at most
 * {@value #MOST_WAITING} spans wait, later ones are dropped and counted, and it is tried again ever more rarely, at most
 * every 30 seconds.
 */
public final class Spans implements RecordListener, AutoCloseable {
    static final int MOST_WAITING = 2048;
    static final int AT_ONCE = 512;
    private static final Logger LOG = System.getLogger(Spans.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    /** {@code SPAN_KIND_CLIENT} of OTLP: the gateway is the client of a model. */
    private static final int CLIENT = 3;

    private static final int ERROR = 2;

    private final URI endpoint;
    private final Map<String, String> headers;
    private final String version;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final ConcurrentLinkedQueue<Span> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final Thread thread;
    private volatile boolean closing;

    private record Span(RequestRecord request, TraceContext context, Details details) {}

    /**
     * What a record does not say.
     *
     * @param finishReasons why each answer ended, such as {@code stop}
     * @param server where the tier that answered is
     */
    public record Details(List<String> finishReasons, Optional<URI> server) {
        public static final Details NONE = new Details(List.of(), Optional.empty());

        public Details {
            finishReasons = List.copyOf(finishReasons);
            requireNonNull(server, "server");
        }
    }

    /**
     * Starts sending.
     *
     * @param endpoint where traces go, such as {@code http://127.0.0.1:4318/v1/traces}
     * @param headers sent along, such as a key for the collector
     * @param version of Stoa
     */
    public Spans(URI endpoint, Map<String, String> headers, String version) {
        this.endpoint = endpoint;
        this.headers = Map.copyOf(headers);
        this.version = version;
        this.thread = Thread.ofPlatform().name("stoa-spans").daemon(true).start(this::run);
    }

    /** A request has ended; it is sent when it has a place in a trace. Never blocks. */
    @Override
    public void ended(RequestRecord request) {
        request.trace().ifPresent(context -> ended(request, context, Details.NONE));
    }

    /** A request has ended. Never blocks. */
    public void ended(RequestRecord request, TraceContext context, Details details) {
        if (!context.sampled() || closing) {
            return;
        }
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            dropped.increment();
            return;
        }
        queue.add(new Span(request, context, details));
    }

    /** How many spans were not sent because too many waited or the collector refused. */
    public long dropped() {
        return dropped.sum();
    }

    /** How many spans the collector took. */
    public long sent() {
        return sent.sum();
    }

    private void run() {
        Duration pause = PAUSE;
        while (!closing) {
            LockSupport.parkNanos(pause.toNanos());
            boolean reached = true;
            while (reached && waiting.get() > 0) {
                reached = sendSome();
            }
            Duration doubled = pause.multipliedBy(2);
            pause = reached ? PAUSE : doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        }
        // once more: what waits is lost if the collector does not take it now
        while (waiting.get() > 0 && sendSome()) {
            LOG.log(Level.DEBUG, "sent spans at the close");
        }
    }

    private boolean sendSome() {
        List<Span> spans = new ArrayList<>();
        for (Span span = queue.poll(); span != null; span = queue.poll()) {
            spans.add(span);
            if (spans.size() == AT_ONCE) {
                break;
            }
        }
        waiting.addAndGet(-spans.size());
        if (spans.isEmpty()) {
            return false;
        }
        boolean taken = send(JsonMapper.shared().writeValueAsBytes(document(spans)));
        (taken ? sent : dropped).add(spans.size());
        return taken;
    }

    private boolean send(byte[] document) {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(document));
        headers.forEach(request::header);
        try {
            int status = client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (status / 100 != 2) {
                LOG.log(Level.DEBUG, "the collector at {0} answered {1}", endpoint, status);
            }
            return status / 100 == 2;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the collector at " + endpoint + " cannot be reached", e);
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** An {@code ExportTraceServiceRequest} of OTLP 1.x in its JSON encoding. */
    private ObjectNode document(List<Span> spans) {
        ObjectNode document = JsonMapper.shared().createObjectNode();
        ObjectNode resource = document.putArray("resourceSpans").addObject();
        ArrayNode about = resource.putObject("resource").putArray("attributes");
        text(about, "service.name", "stoa-gateway");
        text(about, "service.version", version);
        ObjectNode scope = resource.putArray("scopeSpans").addObject();
        scope.putObject("scope").put("name", "io.stoa.gateway").put("version", version);
        ArrayNode all = scope.putArray("spans");
        spans.forEach(span -> write(span, all.addObject()));
        return document;
    }

    private static void write(Span span, ObjectNode to) {
        RequestRecord request = span.request();
        long start = ChronoUnit.NANOS.between(Instant.EPOCH, request.time());
        to.put("traceId", span.context().traceId());
        to.put("spanId", span.context().spanId());
        span.context().parent().ifPresent(parent -> to.put("parentSpanId", parent));
        to.put("name", Metrics.operation(request.call()) + " " + cut(request.route()));
        to.put("kind", CLIENT);
        to.put("startTimeUnixNano", Long.toString(start));
        to.put("endTimeUnixNano", Long.toString(start + 1000 * request.durationMicros()));
        attributes(span, to.putArray("attributes"));
        if (isError(request.end())) {
            to.putObject("status").put("code", ERROR);
        }
    }

    private static boolean isError(End end) {
        return switch (end) {
            case SERVED, ESCALATED, FELL_BACK -> false;
            case REFUSED, FAILED, ABANDONED -> true;
        };
    }

    private static void attributes(Span span, ArrayNode to) {
        RequestRecord request = span.request();
        text(to, "gen_ai.operation.name", Metrics.operation(request.call()));
        text(to, "gen_ai.provider.name", "stoa");
        text(to, "gen_ai.request.model", cut(request.route()));
        request.candidate().ifPresent(model -> text(to, "gen_ai.response.model", model));
        if (request.attempts() > 0) {
            whole(to, "gen_ai.usage.input_tokens", request.usage().prompt());
            whole(to, "gen_ai.usage.output_tokens", request.usage().completion());
        }
        if (!span.details().finishReasons().isEmpty()) {
            ArrayNode values = to.addObject()
                    .put("key", "gen_ai.response.finish_reasons")
                    .putObject("value")
                    .putObject("arrayValue")
                    .putArray("values");
            span.details().finishReasons().forEach(reason -> values.addObject().put("stringValue", cut(reason)));
        }
        if (isError(request.end())) {
            text(to, "error.type", request.end() == End.ABANDONED ? "abandoned" : Integer.toString(request.status()));
        }
        span.details().server().ifPresent(server -> {
            text(to, "server.address", Optional.ofNullable(server.getHost()).orElse(""));
            whole(to, "server.port", port(server));
        });
        whole(to, "http.response.status_code", request.status());
        request.tier().ifPresent(tier -> text(to, "stoa.tier", tier));
        request.key().ifPresent(key -> text(to, "stoa.key", key));
        text(to, "stoa.end", request.end().name().toLowerCase(Locale.ROOT));
        text(to, "stoa.request.id", cut(request.id()));
        whole(to, "stoa.attempts", request.attempts());
        request.verdict().ifPresent(verdict -> whole(to, "stoa.verdict", verdict));
    }

    private static int port(URI server) {
        if (server.getPort() >= 0) {
            return server.getPort();
        }
        return "https".equals(server.getScheme()) ? 443 : 80;
    }

    private static String cut(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200);
    }

    private static void text(ArrayNode to, String key, String value) {
        to.addObject().put("key", key).putObject("value").put("stringValue", value);
    }

    /** OTLP's JSON encoding writes 64-bit integers as strings. */
    private static void whole(ArrayNode to, String key, long value) {
        to.addObject().put("key", key).putObject("value").put("intValue", Long.toString(value));
    }

    /** Sends what waits, for a few seconds at most. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(Duration.ofSeconds(6));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        client.shutdownNow();
    }
}
