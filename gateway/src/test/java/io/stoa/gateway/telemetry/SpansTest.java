package io.stoa.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.stoa.gateway.audit.Requests;
import io.stoa.gateway.wire.TraceContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SpansTest {
    private static final String CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final Random random = new Random(1);
    private final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
    private Optional<HttpServer> collector = Optional.empty();

    private URI start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            assertThat(exchange.getRequestHeaders().getFirst("Content-Type")).isEqualTo("application/json");
            received.add(JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        collector = Optional.of(server);
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces");
    }

    @AfterEach
    void stop() {
        collector.ifPresent(server -> server.stop(0));
    }

    private static String attribute(JsonNode span, String key) {
        return span.path("attributes")
                .valueStream()
                .filter(each -> each.path("key").asString().equals(key))
                .map(each -> each.path("value").iterator().next().toString().replace("\"", ""))
                .findFirst()
                .orElse("");
    }

    @Test
    void aRequestBecomesASpanOfTheCallersTrace() throws Exception {
        TraceContext context = TraceContext.of(Optional.of(CALLER), false, random);
        Spans.Details details = new Spans.Details(List.of("stop"), Optional.of(URI.create("http://10.1.2.3:8000")));
        try (Spans spans = new Spans(start(), Map.of(), "0.1.0")) {
            spans.ended(Requests.kept(1), context, details);
        }
        JsonNode document = received.remove();
        JsonNode span = document.at("/resourceSpans/0/scopeSpans/0/spans/0");
        assertThat(span.path("traceId").asString()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(span.path("parentSpanId").asString()).isEqualTo("00f067aa0ba902b7");
        assertThat(span.path("spanId").asString()).isEqualTo(context.spanId());
        assertThat(span.path("name").asString()).isEqualTo("chat chat");
        assertThat(span.path("kind").asInt()).isEqualTo(3);
        assertThat(span.path("endTimeUnixNano").asLong()
                        - span.path("startTimeUnixNano").asLong())
                .isEqualTo(90_001_000);
        assertThat(attribute(span, "gen_ai.operation.name")).isEqualTo("chat");
        assertThat(attribute(span, "gen_ai.usage.input_tokens")).isEqualTo("101");
        assertThat(attribute(span, "gen_ai.response.finish_reasons")).contains("stop");
        assertThat(attribute(span, "server.address")).isEqualTo("10.1.2.3");
        assertThat(attribute(span, "server.port")).isEqualTo("8000");
        assertThat(attribute(span, "error.type")).isEmpty();
        assertThat(document.toString()).doesNotContain("what is").doesNotContain("it\\nis");
    }

    @Test
    void aRefusalIsAnErrorAndAnUnsampledTraceIsNotSent() throws Exception {
        try (Spans spans = new Spans(start(), Map.of(), "0.1.0")) {
            spans.ended(Requests.request(9), TraceContext.of(Optional.empty(), true, random), Spans.Details.NONE);
            spans.ended(Requests.request(1), TraceContext.of(Optional.empty(), false, random), Spans.Details.NONE);
        }
        JsonNode all = received.remove().at("/resourceSpans/0/scopeSpans/0/spans");
        assertThat(all.size()).isEqualTo(1);
        assertThat(attribute(all.path(0), "error.type")).isEqualTo("429");
        assertThat(all.path(0).path("status").path("code").asInt()).isEqualTo(2);
    }

    @Test
    void aDeadCollectorCostsNothingAndMemoryIsBounded() throws Exception {
        URI nobody = start();
        stop();
        try (Spans spans = new Spans(nobody, Map.of(), "0.1.0")) {
            TraceContext context = TraceContext.of(Optional.empty(), true, random);
            for (int i = 0; i < 100_000; i++) {
                spans.ended(Requests.request(1), context, Spans.Details.NONE);
            }
            assertThat(spans.dropped()).isGreaterThanOrEqualTo(100_000 - 4 * Spans.MOST_WAITING);
        }
        assertThat(received).isEmpty();
    }

    @Test
    void traceparentsAreReadStrictly() {
        assertThat(TraceContext.of(Optional.of(CALLER), false, random).header())
                .startsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-")
                .endsWith("-01")
                .doesNotContain("00f067aa0ba902b7");
        // a later version may add fields
        assertThat(TraceContext.of(Optional.of("01" + CALLER.substring(2) + "-more"), false, random)
                        .parent())
                .contains("00f067aa0ba902b7");
        for (String wrong : List.of(
                "",
                "00",
                CALLER + "-more",
                CALLER.toUpperCase(java.util.Locale.ROOT),
                "ff" + CALLER.substring(2),
                CALLER.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32)),
                CALLER.replace("00f067aa0ba902b7", "0".repeat(16)),
                CALLER.replace('-', '_'),
                CALLER.substring(0, 54) + "g",
                "01" + CALLER.substring(2) + "x")) {
            assertThat(TraceContext.of(Optional.of(wrong), true, random).parent())
                    .as(wrong)
                    .isEmpty();
        }
    }
}
