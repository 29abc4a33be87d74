package io.stoa.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.stoa.assess.yaml.StoaYaml;
import io.stoa.gateway.policy.ApiKey;
import io.stoa.gateway.policy.Budget;
import io.stoa.gateway.policy.BudgetOwner;
import io.stoa.gateway.policy.KeySecret;
import io.stoa.gateway.policy.Limits;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.policy.Period;
import io.stoa.gateway.policy.PolicyStore;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.StoaException;
import io.stoa.store.SqliteLedger;
import io.stoa.store.approval.Approval;
import io.stoa.store.approval.SignedRecord;
import io.stoa.store.approval.SigningKey;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code stoa rehearse}: serves a made-up endpoint to itself for a moment and scores made-up answers. The launcher lets Java
 * watch this once after a build ({@code -XX:AOTCacheOutput}, JEP 514), so that a gateway starts with its classes linked,
 * and scoring with its hot methods known.
 */
@Command(
        name = "rehearse",
        hidden = true,
        description = "Serve and score something made up for a moment, for Java to learn what a start needs.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  STOA_AOT=-XX:AOTCacheOutput=stoa.aot stoa rehearse"})
final class RehearseCommand implements Runnable {
    private static final String MODEL = "rehearsal";
    private static final int CALLERS = 8;
    private static final int REQUESTS_OF_EACH = 300;

    /** So many, twice, as it takes for Java to compile what scores them to the end. */
    private static final int SCORED = 20_000;

    private static final String ANSWER = """
            {"id":"1","object":"chat.completion","created":1,"model":"rehearsal","choices":[{"index":0,"message":\
            {"role":"assistant","content":"beans"},"finish_reason":"stop"}],\
            "usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}""";
    private static final String EVENTS = """
            data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"rehearsal","choices":[{"index":0,\
            "delta":{"role":"assistant","content":"beans"},"finish_reason":null}]}

            data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"rehearsal","choices":[{"index":0,\
            "delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}

            data: [DONE]

            """;

    private final House house;

    private record Said(String verdict) {}

    RehearseCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        try {
            Path folder = Files.createTempDirectory("stoa-rehearsal");
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                HttpServer upstream = upstream(threads);
                try {
                    serve(
                            folder,
                            URI.create(
                                    "http://127.0.0.1:" + upstream.getAddress().getPort()));
                } finally {
                    upstream.stop(0);
                }
                score(folder);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, "the rehearsal failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.resources("the rehearsal was interrupted");
        }
    }

    /** Answers with a sentence each and a number at their end, to a task of the widest kind: expressions, and templates. */
    private static void score(Path folder) throws IOException {
        Path documents = folder.resolve("documents.jsonl");
        Path answers = folder.resolve("answers.jsonl");
        try (BufferedWriter asked = Files.newBufferedWriter(documents);
                BufferedWriter answered = Files.newBufferedWriter(answers)) {
            String sentence = "They give away 12 of the beans, and keep all others for the week. ".repeat(4);
            for (int i = 0; i < SCORED; i++) {
                asked.write("{\"question\": \"%1$s\", \"answer\": \"%1$s\\n#### %2$d\"}\n".formatted(sentence, i));
                answered.write(
                        "{\"doc_id\": %1$d, \"response\": \"%2$s\\n#### %3$d\"}\n".formatted(i, sentence, i - i % 2));
            }
        }
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        House quiet = new House(Map.of(), nowhere, nowhere, Clock.systemUTC());
        List<String> command = List.of(
                "bench",
                "score",
                "--task=gsm8k",
                "--num-fewshot=0",
                "--responses=" + answers,
                "--data=openai/gsm8k=" + documents);
        for (int round = 0; round < 2; round++) {
            String[] arguments = command.toArray(String[]::new);
            if (Main.commandLineFor(quiet, arguments).execute(arguments) != 0) {
                throw StoaException.resources("the rehearsal could not score its answers");
            }
        }
    }

    private static HttpServer upstream(ExecutorService threads) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(threads);
        server.createContext("/v1/models", exchange -> answer(exchange, "application/json", """
                {"object":"list","data":[{"id":"rehearsal","object":"model","revision":"1"}]}"""));
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean stream = body.contains("\"stream\":true");
            answer(exchange, stream ? "text/event-stream" : "application/json", stream ? EVENTS : ANSWER);
        });
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", type);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private void serve(Path folder, URI upstream) throws IOException, InterruptedException {
        Path assessment = folder.resolve("stoa.yaml");
        Files.writeString(folder.resolve("items.jsonl"), "{\"id\": \"1\", \"prompt\": \"a\", \"answers\": [\"b\"]}\n");
        Files.writeString(assessment, """
                name: rehearsal
                models:
                  - {id: rehearsal, endpoint: "%s/v1", model: rehearsal}
                workload:
                  tasks: [{id: items, kind: exact-match, items: items.jsonl, share: 1.0, gate: 0.5, max-tokens: 4}]
                  prompt-tokens: 10
                  answer-tokens: 4
                  context: 512
                use: {purpose: internal}
                """.formatted(upstream));
        approve(folder, assessment, upstream);
        String key = key(folder);
        Path file = folder.resolve("gateway.yaml");
        Files.writeString(file, """
                name: rehearsal
                listen: 127.0.0.1:0
                assessment: stoa.yaml
                currency: USD
                routes:
                  support:
                    tiers:
                      - name: only
                        candidate: rehearsal
                        upstream: {url: "%s", model: rehearsal, context: 8192}
                        price: {prompt: 1, completion: 2}
                """.formatted(upstream));
        try (RunningGateway gateway = RunningGateway.start(house, file, Set.of(), (_, _, _) -> {});
                HttpClient client = HttpClient.newHttpClient()) {
            for (String path : List.of("/health", "/v1/models", "/metrics", "/")) {
                client.send(
                        HttpRequest.newBuilder(URI.create(gateway.address() + path))
                                .header("authorization", "Bearer " + key)
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
            }
            AtomicInteger answered = new AtomicInteger();
            List<Thread> callers = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                callers.add(Thread.ofVirtual().start(() -> call(client, gateway.address(), key, answered)));
            }
            for (Thread caller : callers) {
                caller.join();
            }
            // A cache of how requests are refused would do harm.
            if (answered.get() < CALLERS * REQUESTS_OF_EACH * 9 / 10) {
                throw StoaException.resources("the rehearsal answered only " + answered + " requests");
            }
        }
    }

    private static void call(HttpClient client, String address, String key, AtomicInteger answered) {
        for (int i = 0; i < REQUESTS_OF_EACH; i++) {
            String stream = i % 2 == 0 ? "" : "\"stream\":true,";
            HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/v1/chat/completions"))
                    .header("authorization", "Bearer " + key)
                    .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"support\"," + stream
                            + "\"messages\":[{\"role\":\"user\",\"content\":\"Zoban likes to eat\"}]}"))
                    .build();
            try {
                HttpResponse<Void> answer = client.send(request, HttpResponse.BodyHandlers.discarding());
                answered.addAndGet(answer.statusCode() == 200 ? 1 : 0);
            } catch (IOException _) {
                return;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void approve(Path folder, Path assessment, URI upstream) {
        var said = StoaYaml.read(assessment);
        Instant now = house.clock().instant();
        SigningKey key = SigningKey.obtain(folder.resolve(".stoa/keys/verdicts.pem"));
        try (SqliteLedger ledger = SqliteLedger.open(folder.resolve(".stoa/ledger.db"), house.clock())) {
            String identity = upstream + "/v1#" + MODEL + "@1";
            EvidenceRef verdict = ledger.recorder(0)
                    .once(
                            new EvidenceKey(identity, Approval.VERDICT_CHECK, Digest.of(identity)),
                            Said.class,
                            () -> new Said("READY"))
                    .evidence();
            Approval approval = new Approval(
                    MODEL,
                    identity,
                    Approval.Outcome.READY,
                    List.of(),
                    Approval.Use.of(said.useName(), said.use()),
                    Optional.empty(),
                    new Approval.LicenseClaim("Apache-2.0", List.of()),
                    Digest.of("workload"),
                    now,
                    now.plus(Approval.VALID_FOR),
                    "rehearsal",
                    verdict);
            ledger.append(Approval.KIND, SignedRecord.of(approval, key));
        }
    }

    private String key(Path folder) {
        KeySecret secret = KeySecret.draw(new SecureRandom());
        try (PolicyStore store = PolicyStore.open("sqlite:" + folder.resolve(".stoa/gateway.db"), Map.of())) {
            store.create(new ApiKey(
                    MODEL,
                    secret.digest(),
                    house.clock().instant(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Limits.NONE,
                    Map.of()));
            store.set(new Budget(BudgetOwner.key(MODEL), Period.MONTH, new Micros(1_000_000_000)));
        }
        return secret.reveal();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
