package io.stoa.gateway.telemetry;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.stoa.gateway.audit.AuditLog;
import io.stoa.gateway.audit.RecordListener;
import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.policy.guard.GuardListener;
import io.stoa.gateway.upstream.BreakerState;
import io.stoa.gateway.wire.ApiCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What Prometheus scrapes. Names and buckets of {@code gen_ai_*} follow OpenTelemetry's semantic conventions for
 * generative AI (metrics, in development) in Prometheus' spelling: dots become underscores, seconds are named. Everything
 * else is {@code stoa_*}.
 *
 * <p>Labels come from the configuration and from fixed sets only. A route or tier that is not configured, which callers
 * can make up, is counted as {@value #OTHER}. What one request costs is a look-up and a dozen striped additions.
 */
public final class Metrics implements RecordListener {
    /** The media type of {@link #scrape()}. */
    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    static final String OTHER = "other";
    private static final String NONE = "none";
    private static final String PROVIDER = "stoa";
    private static final double MICROS = 1e6;

    private static final double[] DURATION = {
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92
    };
    private static final double[] TOKENS = {1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304};
    private static final double[] FIRST_TOKEN = {
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10
    };
    private static final double[] PER_TOKEN = {0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5};

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer =
            PrometheusTextFormatWriter.builder().build();
    private volatile Names names;
    private final Histogram duration;
    private final Histogram tokens;
    private final Histogram firstToken;
    private final Histogram perToken;
    private final Counter requests;
    private final Counter refusals;
    private final Counter cost;
    private final Counter attempts;
    private final Counter retries;
    private final Counter notes;
    private final ConcurrentHashMap<Place, Series> series = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Refusal, CounterDataPoint> refused = new ConcurrentHashMap<>();

    /**
     * Metrics of a gateway.
     *
     * @param routes the names of the configured routes
     * @param tiers the names of the configured tiers
     * @param reading asked at every scrape
     * @param audit whose queue is watched
     */
    public Metrics(Set<String> routes, Set<String> tiers, Supplier<Reading> reading, AuditLog audit) {
        this(routes, tiers, reading);
        watch(audit);
    }

    /** What may be a label; requests under way that began with other names are counted as {@value #OTHER}. */
    private record Names(Set<String> routes, Set<String> tiers) {
        Names {
            routes = Set.copyOf(routes);
            tiers = Set.copyOf(tiers);
        }
    }

    /** Counts other routes and tiers from now on. */
    public void configure(Set<String> routes, Set<String> tiers) {
        names = new Names(routes, tiers);
    }

    /** Metrics of a gateway that keeps no audit. */
    public Metrics(Set<String> routes, Set<String> tiers, Supplier<Reading> reading) {
        this.names = new Names(routes, tiers);
        duration = histogram(
                "gen_ai_client_operation_duration_seconds",
                "GenAI operation duration.",
                DURATION,
                "gen_ai_operation_name",
                "gen_ai_provider_name",
                "gen_ai_request_model",
                "gen_ai_response_model",
                "error_type");
        tokens = histogram(
                "gen_ai_client_token_usage",
                "Number of input and output tokens used.",
                TOKENS,
                "gen_ai_operation_name",
                "gen_ai_provider_name",
                "gen_ai_request_model",
                "gen_ai_response_model",
                "gen_ai_token_type");
        firstToken = histogram(
                "gen_ai_server_time_to_first_token_seconds",
                "Time to generate first token for successful responses.",
                FIRST_TOKEN,
                "gen_ai_operation_name",
                "gen_ai_provider_name",
                "gen_ai_request_model",
                "gen_ai_response_model");
        perToken = histogram(
                "gen_ai_server_time_per_output_token_seconds",
                "Time per output token generated after the first token for successful responses.",
                PER_TOKEN,
                "gen_ai_operation_name",
                "gen_ai_provider_name",
                "gen_ai_request_model",
                "gen_ai_response_model");
        requests = counter("stoa_requests_total", "Requests that ended, by how they ended.", "route", "tier", "end");
        refusals = counter("stoa_refusals_total", "Requests that were refused, by why.", "route", "reason");
        cost = counter("stoa_cost_micros_total", "What requests cost, in millionths of the currency.", "route", "tier");
        attempts = counter("stoa_upstream_attempts_total", "Upstream calls that were begun.", "route");
        retries = counter("stoa_retries_total", "Upstream calls beyond the first of a request.", "route");
        notes = counter("stoa_guard_notes_total", "What guards found in requests and let pass.", "what");
        watch(reading);
        watchProcess();
    }

    /** Counts what guards note. */
    public GuardListener guardListener() {
        return (_, what, count) -> notes.labelValues(what).inc(count);
    }

    private Histogram histogram(String name, String help, double[] bounds, String... labels) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .classicOnly()
                .classicUpperBounds(bounds)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
    }

    /** Where a request is counted. */
    private record Place(ApiCall call, String route, String tier, End end, String error) {}

    private record Refusal(String route, String reason) {}

    private record Series(
            DistributionDataPoint duration,
            DistributionDataPoint input,
            DistributionDataPoint output,
            DistributionDataPoint firstToken,
            DistributionDataPoint perToken,
            CounterDataPoint requests,
            CounterDataPoint cost,
            CounterDataPoint attempts,
            CounterDataPoint retries) {}

    @Override
    public void ended(RequestRecord ended) {
        Names known = names;
        String route = known.routes().contains(ended.route()) ? ended.route() : OTHER;
        String tier = ended.tier()
                .map(name -> known.tiers().contains(name) ? name : OTHER)
                .orElse(NONE);
        Place place = new Place(ended.call(), route, tier, ended.end(), error(ended));
        Series points = series.get(place);
        count(ended, points == null ? series.computeIfAbsent(place, this::series) : points);
        if (ended.end() == End.REFUSED) {
            refused.computeIfAbsent(
                            new Refusal(route, refusal(ended.status())),
                            why -> refusals.labelValues(why.route(), why.reason()))
                    .inc();
        }
    }

    private static void count(RequestRecord ended, Series points) {
        points.requests().inc();
        if (ended.attempts() == 0) {
            return;
        }
        points.attempts().inc(ended.attempts());
        points.retries().inc(ended.attempts() - 1L);
        points.cost().inc(ended.costMicros());
        points.duration().observe(ended.durationMicros() / MICROS);
        long input = ended.usage().prompt();
        long output = ended.usage().completion();
        if (input > 0) {
            points.input().observe((double) input);
        }
        if (output > 0) {
            points.output().observe((double) output);
        }
        if (isAnswered(ended.end()) && ended.firstByteMicros().isPresent()) {
            long first = ended.firstByteMicros().getAsLong();
            points.firstToken().observe(first / MICROS);
            if (output > 1 && ended.durationMicros() > first) {
                points.perToken().observe((ended.durationMicros() - first) / MICROS / (output - 1));
            }
        }
    }

    private static boolean isAnswered(End end) {
        return switch (end) {
            case SERVED, ESCALATED, FELL_BACK -> true;
            case REFUSED, FAILED, ABANDONED -> false;
        };
    }

    private static String error(RequestRecord ended) {
        return switch (ended.end()) {
            case SERVED, ESCALATED, FELL_BACK -> "";
            case ABANDONED -> "abandoned";
            // the statuses are the gateway's own, a handful
            case REFUSED, FAILED -> Integer.toString(ended.status());
        };
    }

    private static String refusal(int status) {
        return switch (status) {
            case 400, 422 -> "invalid";
            case 401 -> "key";
            case 402, 429 -> "limit";
            case 403 -> "forbidden";
            case 404, 405 -> "unknown";
            case 408 -> "too_slow";
            case 413, 414, 431 -> "too_large";
            case 503 -> "unavailable";
            default -> OTHER;
        };
    }

    private Series series(Place place) {
        String operation = operation(place.call());
        String route = place.route();
        String tier = place.tier();
        return new Series(
                duration.labelValues(operation, PROVIDER, route, tier, place.error()),
                tokens.labelValues(operation, PROVIDER, route, tier, "input"),
                tokens.labelValues(operation, PROVIDER, route, tier, "output"),
                firstToken.labelValues(operation, PROVIDER, route, tier),
                perToken.labelValues(operation, PROVIDER, route, tier),
                requests.labelValues(route, tier, place.end().name().toLowerCase(Locale.ROOT)),
                cost.labelValues(route, tier),
                attempts.labelValues(route),
                retries.labelValues(route));
    }

    /** The conventions' name of an operation, where they have one. */
    static String operation(ApiCall call) {
        return switch (call) {
            case CHAT_COMPLETIONS, RESPONSES, MESSAGES -> "chat";
            case COMPLETIONS -> "text_completion";
            case EMBEDDINGS -> "embeddings";
            case RERANK -> "rerank";
            case COUNT_TOKENS -> "count_tokens";
            case TOKENIZE -> "tokenize";
            case DETOKENIZE -> "detokenize";
        };
    }

    private void watch(Supplier<Reading> reading) {
        GaugeWithCallback.builder()
                .name("stoa_tier_standing")
                .help("1 for how a tier stands, 0 for how it does not.")
                .labelNames("route", "tier", "standing")
                .callback(to -> reading.get().tiers().forEach(tier -> {
                    for (Reading.Standing each : Reading.Standing.values()) {
                        to.call(
                                each == tier.standing() ? 1 : 0,
                                tier.route(),
                                tier.tier(),
                                each.name().toLowerCase(Locale.ROOT));
                    }
                }))
                .register(registry);
        GaugeWithCallback.builder()
                .name("stoa_breaker_state")
                .help("1 for the state of a tier's breaker, 0 for the others.")
                .labelNames("route", "tier", "state")
                .callback(to -> reading.get().tiers().forEach(tier -> {
                    for (BreakerState each : BreakerState.values()) {
                        to.call(
                                each == tier.breaker() ? 1 : 0,
                                tier.route(),
                                tier.tier(),
                                each.name().toLowerCase(Locale.ROOT));
                    }
                }))
                .register(registry);
        gauge(
                "stoa_in_flight_requests",
                "Requests that have begun and not ended.",
                () -> reading.get().inFlight());
        GaugeWithCallback.builder()
                .name("stoa_budget_micros")
                .help("What keys have used of what they may, in millionths of the currency.")
                .labelNames("key", "of")
                .callback(to -> reading.get().budgets().stream()
                        .limit(Reading.MOST_BUDGETS)
                        .forEach(budget -> {
                            to.call((double) budget.usedMicros(), budget.key(), "used");
                            to.call((double) budget.limitMicros(), budget.key(), "limit");
                        }))
                .register(registry);
    }

    private void watch(AuditLog audit) {
        gauge("stoa_audit_waiting_records", "Records that wait to be written.", audit::waiting);
        gauge(
                "stoa_audit_accepting",
                "0 while requests are refused because the audit cannot keep up.",
                () -> audit.accepting() ? 1 : 0);
        gauge(
                "stoa_audit_unsynced_records",
                "Records that a crash of the machine would lose.",
                () -> Math.max(0, audit.written() - audit.synced()));
        CounterWithCallback.builder()
                .name("stoa_audit_records_total")
                .help("The sequence of the last record.")
                .callback(to -> to.call((double) audit.written()))
                .register(registry);
    }

    private void watchProcess() {
        Runtime runtime = Runtime.getRuntime();
        double started = ProcessHandle.current()
                .info()
                .startInstant()
                .map(time -> time.toEpochMilli() / 1000.0)
                .orElse(0.0);
        gauge("process_start_time_seconds", "When the process began, in seconds since 1970.", () -> started);
        gauge("process_resident_memory_bytes", "Resident memory; 0 where the system does not tell.", Metrics::resident);
        gauge("stoa_heap_used_bytes", "Java's heap in use.", () -> runtime.totalMemory() - runtime.freeMemory());
        CounterWithCallback.builder()
                .name("process_cpu_seconds_total")
                .help("CPU time, user and system.")
                .callback(to -> to.call(ProcessHandle.current()
                                .info()
                                .totalCpuDuration()
                                .orElse(Duration.ZERO)
                                .toMillis()
                        / 1000.0))
                .register(registry);
    }

    private interface Value {
        double now();
    }

    private void gauge(String name, String help, Value value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(to -> to.call(value.now()))
                .register(registry);
    }

    /** {@code VmRSS} of proc(5). */
    private static double resident() {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> 1024.0 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException _) {
            return 0;
        }
    }

    /** Everything in Prometheus' text format 0.0.4. May take a millisecond: not for event loops. */
    public String scrape() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(16_384);
        try {
            writer.write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
