package io.stoa.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.audit.AuditFolder;
import io.stoa.gateway.audit.AuditLog;
import io.stoa.gateway.audit.AuditSettings;
import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.Requests;
import io.stoa.gateway.audit.SigningKey;
import io.stoa.gateway.upstream.BreakerState;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MetricsTest {
    @TempDir
    private Path temporary;

    private AuditLog log;
    private Metrics metrics;

    @BeforeEach
    void open() {
        log = AuditLog.open(
                AuditSettings.of(new AuditFolder(temporary.resolve("audit")), "gw-1"),
                SigningKey.readOrMake(temporary.resolve("key.pem")),
                Clock.systemUTC(),
                new SecureRandom());
        Reading reading = new Reading(
                List.of(
                        new Reading.Tier("chat", "small", Reading.Standing.LIVE, BreakerState.CLOSED),
                        new Reading.Tier("chat", "large", Reading.Standing.LAPSED, BreakerState.OPEN)),
                3,
                List.of(new Reading.Budget("we \"quote\"\\ and\nbreak", 10, 100)));
        metrics = new Metrics(Set.of("chat"), Set.of("small", "large"), () -> reading, log);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private Exposition scrape() {
        return Exposition.read(metrics.scrape());
    }

    @Test
    void requestsAreCountedByRouteTierAndEnd() {
        for (int i = 0; i < 100; i++) {
            metrics.ended(Requests.request(i));
        }
        Exposition found = scrape();
        assertThat(found.value("stoa_requests_total{end=served, route=chat, tier=small}"))
                .isEqualTo(70);
        assertThat(found.value("stoa_requests_total{end=escalated, route=chat, tier=large}"))
                .isEqualTo(20);
        assertThat(found.value("stoa_refusals_total{reason=limit, route=chat}")).isEqualTo(10);
        assertThat(found.value("stoa_cost_micros_total{route=chat, tier=large}"))
                .isEqualTo(20 * 1234);
        assertThat(found.value("stoa_retries_total{route=chat}")).isZero();
        assertThat(found.value("stoa_upstream_attempts_total{route=chat}")).isEqualTo(90);
        assertThat(found.value("gen_ai_server_time_to_first_token_seconds_count{gen_ai_operation_name=chat,"
                        + " gen_ai_provider_name=stoa, gen_ai_request_model=chat, gen_ai_response_model=small}"))
                .isEqualTo(70);
        assertThat(found.value("gen_ai_client_token_usage_sum{gen_ai_operation_name=chat, gen_ai_provider_name=stoa,"
                        + " gen_ai_request_model=chat, gen_ai_response_model=small, gen_ai_token_type=output}"))
                .isEqualTo(70 * 20);
        assertThat(found.value("stoa_breaker_state{route=chat, state=open, tier=large}"))
                .isEqualTo(1);
        assertThat(found.value("stoa_tier_standing{route=chat, standing=live, tier=large}"))
                .isZero();
        assertThat(found.value("stoa_in_flight_requests{}")).isEqualTo(3);
        assertThat(found.value("stoa_audit_accepting{}")).isEqualTo(1);
    }

    @Test
    void whatCallersMakeUpIsOneSeries() {
        for (int i = 0; i < 500; i++) {
            metrics.ended(asking("made up " + i));
        }
        Exposition found = scrape();
        assertThat(found.value("stoa_requests_total{end=served, route=other, tier=small}"))
                .isEqualTo(400);
        assertThat(found.samples().keySet()).noneMatch(series -> series.contains("made up"));
        assertThat(found.samples()).hasSizeLessThan(300);
    }

    @Test
    void routesThatAReloadBringsAreCountedByName() {
        metrics.ended(asking("late"));
        metrics.configure(Set.of("chat", "late"), Set.of("small", "large"));
        metrics.ended(asking("late"));
        assertThat(scrape().samples().keySet())
                .anyMatch(series -> series.startsWith("stoa_requests_total") && series.contains("route=late"))
                .anyMatch(series -> series.startsWith("stoa_requests_total") && series.contains("route=other"));
    }

    private static RequestRecord asking(String route) {
        RequestRecord some = Requests.request(route.hashCode() % 5 == 0 ? 5 : 1);
        return new RequestRecord(
                some.id(),
                some.time(),
                some.call(),
                some.key(),
                some.use(),
                route,
                some.tier(),
                some.candidate(),
                some.verdict(),
                some.end(),
                some.status(),
                some.reason(),
                some.attempts(),
                some.usage(),
                some.costMicros(),
                some.firstByteMicros(),
                some.durationMicros(),
                some.request(),
                some.answer(),
                some.trace());
    }

    @Test
    void theDashboardAsksOnlyForWhatIsExposed() throws Exception {
        for (int i = 0; i < 100; i++) {
            metrics.ended(Requests.request(i));
        }
        JsonNode dashboard;
        try (InputStream in = Metrics.class.getResourceAsStream("grafana-dashboard.json")) {
            dashboard = JsonMapper.shared().readTree(in);
        }
        Exposition found = scrape();
        Set<String> asked = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(panel.path("targets").size()).isPositive();
            for (JsonNode target : panel.path("targets")) {
                asked.addAll(metricsOf(target.path("expr").asString()));
            }
        }
        assertThat(asked).hasSizeGreaterThan(15);
        assertThat(found.names()).containsAll(asked);
        // and the other way round: everything that is exposed is on the dashboard
        assertThat(found.families()).allSatisfy(family -> assertThat(asked).anyMatch(name -> name.startsWith(family)));
        // Grafana's own rules: ids are unique, and panels do not lie on each other
        List<Integer> ids = dashboard
                .path("panels")
                .valueStream()
                .map(panel -> panel.path("id").asInt())
                .toList();
        assertThat(ids).doesNotHaveDuplicates();
    }

    private static Set<String> metricsOf(String expression) {
        String bare = expression
                .replaceAll("\"[^\"]*\"", "")
                .replaceAll("\\{[^}]*}", "")
                .replaceAll("\\[[^]]*]", "")
                .replaceAll("(by|ignoring|on|without)\\s*\\([^)]*\\)", "");
        Set<String> names = new HashSet<>();
        Matcher word =
                Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(?!\\w)(?!\\s*\\()").matcher(bare);
        while (word.find()) {
            if (!Set.of("sum", "group_left", "e6").contains(word.group())) {
                names.add(word.group());
            }
        }
        return names;
    }

    @Test
    void aScrapeStaysSmallHoweverManyRequests() {
        for (int i = 0; i < 100_000; i++) {
            metrics.ended(Requests.request(i));
        }
        assertThat(metrics.scrape().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(200_000);
    }
}
