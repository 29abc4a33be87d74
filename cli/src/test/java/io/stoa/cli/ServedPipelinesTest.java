package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.stoa.assess.yaml.StoaYaml;
import io.stoa.gateway.audit.AuditFolder;
import io.stoa.gateway.audit.AuditReader;
import io.stoa.gateway.policy.ApiKey;
import io.stoa.gateway.policy.Budget;
import io.stoa.gateway.policy.BudgetOwner;
import io.stoa.gateway.policy.KeySecret;
import io.stoa.gateway.policy.Limits;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.policy.Period;
import io.stoa.gateway.policy.PolicyStore;
import io.stoa.integration.step.Journal;
import io.stoa.integration.step.RunHistory;
import io.stoa.integration.step.Runs;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.SqliteLedger;
import io.stoa.store.approval.Approval;
import io.stoa.store.approval.SignedRecord;
import io.stoa.store.approval.SigningKey;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Pipelines behind the gateway, with an endpoint that says how often it was asked. */
class ServedPipelinesTest {
    private static final String STAGES = """
            pipeline: desk
            inputs: {question: text}
            models: {writer: {endpoint: "http://127.0.0.1:9/v1", name: elsewhere}}
            stages:
              answer:
                kind: generate
                model: writer
                prompt: "Question: {question}"
                max-tokens: 8
            """;
    private static final String MODELS = """
            {"object":"list","data":[{"id":"m","object":"model","revision":"1"}]}""";
    private static final String ANSWER = """
            {"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":\
            {"role":"assistant","content":"beans"},"finish_reason":"stop"}],\
            "usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}""";
    private static final String EVENTS = """
            data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,\
            "delta":{"role":"assistant","content":"beans"},"finish_reason":null}]}

            data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,\
            "delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}

            data: [DONE]

            """;
    private static final String OUTPUTS = "outputs: {answer: \"{answer.text}\"}\n";

    @TempDir
    Path folder;

    private record Said(String verdict) {}

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer upstream;
    private String key;

    @BeforeEach
    void begin() throws IOException {
        upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean models = exchange.getRequestURI().getPath().endsWith("/models");
            if (!models) {
                asked.add(body);
            }
            boolean stream = body.replace(" ", "").contains("\"stream\":true");
            byte[] answer = (models ? MODELS : stream ? EVENTS : ANSWER).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", stream ? "text/event-stream" : "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        upstream.start();
        Files.writeString(folder.resolve("items.jsonl"), "{\"id\": \"1\", \"prompt\": \"a\", \"answers\": [\"b\"]}\n");
        Files.writeString(folder.resolve("stoa.yaml"), """
                name: test
                models: [{id: m, endpoint: "%s/v1", model: m}]
                workload:
                  tasks: [{id: items, kind: exact-match, items: items.jsonl, share: 1.0, gate: 0.5, max-tokens: 4}]
                  prompt-tokens: 10
                  answer-tokens: 4
                  context: 512
                use: {purpose: internal}
                """.formatted(address()));
        approve();
        key = makeKey();
    }

    @AfterEach
    void end() {
        upstream.stop(0);
    }

    private String address() {
        return "http://127.0.0.1:" + upstream.getAddress().getPort();
    }

    private void approve() {
        var said = StoaYaml.read(folder.resolve("stoa.yaml"));
        Instant now = Instant.now();
        try (SqliteLedger ledger = SqliteLedger.open(folder.resolve(".stoa/ledger.db"), Clock.systemUTC())) {
            String identity = address() + "/v1#m@1";
            EvidenceRef verdict = ledger.recorder(0)
                    .once(
                            new EvidenceKey(identity, Approval.VERDICT_CHECK, Digest.of(identity)),
                            Said.class,
                            () -> new Said("READY"))
                    .evidence();
            ledger.append(
                    Approval.KIND,
                    SignedRecord.of(
                            new Approval(
                                    "m",
                                    identity,
                                    Approval.Outcome.READY,
                                    List.of(),
                                    Approval.Use.of(said.useName(), said.use()),
                                    Optional.empty(),
                                    new Approval.LicenseClaim("Apache-2.0", List.of()),
                                    Digest.of("workload"),
                                    now,
                                    now.plus(Approval.VALID_FOR),
                                    "test",
                                    verdict),
                            SigningKey.obtain(folder.resolve(".stoa/keys/verdicts.pem"))));
        }
    }

    private String makeKey() {
        KeySecret secret = KeySecret.draw(new SecureRandom());
        try (PolicyStore store = PolicyStore.open("sqlite:" + folder.resolve(".stoa/gateway.db"), Map.of())) {
            store.create(new ApiKey(
                    "caller",
                    secret.digest(),
                    Instant.now(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Limits.NONE,
                    Map.of()));
            store.set(new Budget(BudgetOwner.key("caller"), Period.MONTH, new Micros(1_000_000)));
        }
        return secret.reveal();
    }

    private RunningGateway start(String pipeline, String models) throws IOException {
        Files.writeString(folder.resolve("desk.yaml"), pipeline);
        Path file = Files.writeString(folder.resolve("gateway.yaml"), """
                listen: 127.0.0.1:0
                assessment: stoa.yaml
                routes:
                  support:
                    tiers:
                      - name: only
                        candidate: m
                        upstream: {url: "%s", model: m, context: 8192}
                        price: {prompt: 1, completion: 2}
                pipelines:
                  desk: {file: desk.yaml, models: {%s}}
                """.formatted(address(), models));
        PrintStream nowhere = System.err;
        House house = new House(System.getenv(), nowhere, nowhere, Clock.systemUTC());
        return RunningGateway.start(house, file, Set.of(), (_, _, _) -> {});
    }

    private HttpResponse<String> ask(RunningGateway gateway, boolean stream) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(gateway.address() + "/v1/chat/completions"))
                            .header("authorization", "Bearer " + key)
                            .timeout(Duration.ofSeconds(30))
                            .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"pipeline/desk\","
                                    + (stream ? "\"stream\":true,\"stream_options\":{\"include_usage\":true}," : "")
                                    + "\"messages\":[{\"role\":\"user\",\"content\":\"What does Zoban eat?\"}]}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private List<JsonNode> audited() {
        List<JsonNode> records = new ArrayList<>();
        AuditFolder audit = new AuditFolder(folder.resolve(".stoa/audit"));
        new AuditReader(audit).read(audit.chains(), Progress.NONE, record -> records.add(record.body()));
        return records;
    }

    @Test
    void aPipelineAnswersAsAModelIsPaidForAndIsAuditedStepByStep() throws Exception {
        String run;
        try (RunningGateway gateway = start(STAGES + OUTPUTS, "writer: support")) {
            HttpResponse<String> told = ask(gateway, false);
            assertThat(told.statusCode()).as(told.body()).isEqualTo(200);
            JsonNode body = JsonMapper.shared().readTree(told.body());
            assertThat(body.at("/choices/0/message/content").asString()).isEqualTo("beans");
            assertThat(body.at("/usage/prompt_tokens").asInt()).isEqualTo(9);
            assertThat(body.at("/stoa/state").asString()).isEqualTo("done");
            run = body.path("id").asString();
            assertThat(asked)
                    .singleElement()
                    .asString()
                    .contains("What does Zoban eat?")
                    .contains("\"model\":\"m\"");
            HttpResponse<String> streamed = ask(gateway, true);
            assertThat(streamed.body()).contains("beans").endsWith("data: [DONE]\n\n");
        }
        List<JsonNode> records = audited();
        assertThat(records).anySatisfy(record -> {
            assertThat(record.path("route").asString()).isEqualTo("pipeline/desk");
            assertThat(record.path("key").asString()).isEqualTo("caller");
            assertThat(record.toString()).contains("\"prompt\":9");
        });
        assertThat(records).anySatisfy(record -> {
            assertThat(record.path("route").asString()).isEqualTo("support");
            assertThat(record.path("costMicros").asLong()).isEqualTo(9 + 2);
            assertThat(record.path("key").asString()).as("paid by who asked").isEqualTo("caller");
        });
        assertThat(records).anySatisfy(record -> {
            assertThat(record.path("id").asString()).isEqualTo(run + "/answer");
            assertThat(record.path("tier").asString()).isEqualTo("chat");
        });
        try (PolicyStore store = PolicyStore.open("sqlite:" + folder.resolve(".stoa/gateway.db"), Map.of())) {
            assertThat(store.spending())
                    .anySatisfy(spent -> assertThat(spent.spent().value())
                            .as("two answers of 9 and 1 tokens")
                            .isEqualTo(2 * (9 + 2)));
        }
    }

    @Test
    void aRunThatWaitsGoesOnWhenAPersonHasAnswered() throws Exception {
        String human = """
              ask:
                kind: human
                ask: May this be said?
                show: {said: "{answer.text}"}
            """.indent(0);
        try (RunningGateway gateway = start(STAGES + human + OUTPUTS, "writer: support")) {
            JsonNode body = JsonMapper.shared().readTree(ask(gateway, false).body());
            assertThat(body.at("/stoa/state").asString()).as(body.toString()).isEqualTo("waits");
            String run = body.path("id").asString();
            Runs runs = new Runs(folder.resolve(".stoa/runs"), Clock.systemUTC());
            RunHistory.Past waits = runs.look(run).waiting().getFirst();
            try (Journal journal = runs.open(run)) {
                journal.decide(waits.path(), waits.asked().orElseThrow().digest(), true, "tester", "");
            }
            Instant latest = Instant.now().plusSeconds(30);
            while (runs.look(run).ended().isEmpty() && Instant.now().isBefore(latest)) {
                Thread.sleep(100);
            }
            assertThat(runs.look(run)
                            .ended()
                            .orElseThrow()
                            .value()
                            .path("answer")
                            .asString())
                    .isEqualTo("beans");
            assertThat(asked).as("the model was not asked again").hasSize(1);
        }
    }

    @Test
    void aModelWithoutARouteIsRefusedByName() {
        assertThatThrownBy(() -> start(STAGES + OUTPUTS, "").close())
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("writer")
                .hasMessageContaining("answered by no route");
    }
}
