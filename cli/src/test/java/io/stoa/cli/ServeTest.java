package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code stoa serve} as people run it: a process of its own, over what {@code stoa assess} approved, asked over HTTP. */
class ServeTest {
    private static final String CHAT =
            "{\"model\":\"MODEL\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

    private static Path assessed = Path.of("assessed");

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<Serving> started = new ArrayList<>();
    private Path file = Path.of("gateway.yaml");

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        House house = new House(
                Map.of("NO_COLOR", "1"),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
        return Main.commandLine(house)
                .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8).strip();
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8).strip();
    }

    private String store() {
        return "sqlite:" + folder.resolve(".stoa/gateway.db");
    }

    /** Assessed once for all tests; each serves a copy. */
    @BeforeAll
    static void assess(@TempDir Path made) throws IOException {
        assessed = made;
        Files.copy(Quickstart.SHIPPED.resolve("models/micro.gguf"), assessed.resolve("micro.gguf"));
        Files.copy(Quickstart.SHIPPED.resolve("MODELS.md"), assessed.resolve("MODELS.md"));
        Files.writeString(assessed.resolve("stoa.yaml"), """
            name: small
            models:
              - {id: micro, file: micro.gguf, card: MODELS.md, quantize: [Q8_0, F16]}
            workload:
              tasks:
                - {id: choice, kind: multiple-choice, items: ITEMS, gate: 0.6, limit: 30}
              prompt-tokens: 100
              answer-tokens: 16
              context: 512
            use:
              purpose: tests
              commercial: true
              distribution: internal
              monthly-active-users: 10
              annual-revenue: 10
              territories: [DE, US, FR]
              modification: quantized
              outputs-train-models: false
            """.replace(
                        "ITEMS", Quickstart.SHIPPED.resolve("eval/choice.jsonl").toString()));
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        House house = new House(Map.of("NO_COLOR", "1"), nowhere, System.err, Clock.systemUTC());
        assertThat(Main.commandLine(house)
                        .execute(
                                "assess",
                                "--quiet",
                                assessed.resolve("stoa.yaml").toString()))
                .isZero();
    }

    @BeforeEach
    void files() throws IOException {
        try (Stream<Path> all = Files.walk(assessed)) {
            for (Path each : all.skip(1).toList()) {
                Files.copy(each, folder.resolve(assessed.relativize(each).toString()));
            }
        }
        file = Files.writeString(folder.resolve("gateway.yaml"), """
            listen: 127.0.0.1:0
            assessment: stoa.yaml
            routes:
              support:
                tiers:
                  - name: small
                    candidate: micro-Q8_0
                    local: {context: 512, threads: 1}
                    price: {prompt: 100, completion: 200}
                  - name: large
                    candidate: micro-F16
                    license: Apache-2.0
                    local: {file: micro.gguf, context: 512, slots: 2, threads: 1}
                    price: {prompt: 200, completion: 400}
                answer-tokens: 16
            """);
    }

    @AfterEach
    void end() throws Exception {
        for (Serving each : started) {
            each.client.close();
            if (each.process.isAlive()) {
                each.process.destroy();
                each.process.waitFor(20, TimeUnit.SECONDS);
            }
            each.process.destroyForcibly();
        }
    }

    private Serving serve() throws IOException {
        Serving serving = new Serving(folder, file, started.size());
        started.add(serving);
        return serving;
    }

    /** A gateway in a process of its own. */
    private static final class Serving {
        private final Process process;
        private final Path errors;
        private final String address;
        private final JsonNode said;
        private final HttpClient client = HttpClient.newHttpClient();
        private final AtomicInteger asked = new AtomicInteger();

        Serving(Path folder, Path file, int number) throws IOException {
            errors = folder.resolve("err-" + number + ".txt");
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx512m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "--enable-native-access=ALL-UNNAMED",
                            "-Dstoa.natives="
                                    + Path.of(System.getProperty("stoa.natives", "natives"))
                                            .toAbsolutePath(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Main.class.getName(),
                            "serve",
                            "--json",
                            file.toString())
                    .redirectError(errors.toFile())
                    .start();
            // Once it serves it says nothing more there.
            BufferedReader lines = process.inputReader();
            String line = lines.readLine();
            if (line == null) {
                throw new AssertionError("it does not serve: " + Files.readString(errors));
            }
            said = JsonMapper.shared().readTree(line);
            address = said.path("address").asString("");
        }

        HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create(address + path)).timeout(Duration.ofSeconds(60));
        }

        HttpResponse<String> get(String path) throws IOException, InterruptedException {
            return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
        }

        HttpResponse<String> post(String key, String path, String body) throws IOException, InterruptedException {
            asked.incrementAndGet();
            HttpRequest.Builder request = request(path)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body));
            if (!key.isEmpty()) {
                request.header("Authorization", "Bearer " + key);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }

        HttpResponse<String> chat(String key, String model) throws IOException, InterruptedException {
            return post(key, "/v1/chat/completions", CHAT.replace("MODEL", model));
        }

        JsonNode answered(String key, String path, String body) throws IOException, InterruptedException {
            HttpResponse<String> answer = post(key, path, body);
            assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
            return JsonMapper.shared().readTree(answer.body());
        }

        /** Asks until the answer is as it should be: what changes outside is seen within seconds. */
        HttpResponse<String> until(String key, Predicate<HttpResponse<String>> wanted) throws Exception {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (true) {
                HttpResponse<String> answer = chat(key, "support");
                if (wanted.test(answer)) {
                    return answer;
                }
                assertThat(System.nanoTime())
                        .as("still " + answer.statusCode() + " " + answer.body() + "\n" + Files.readString(errors))
                        .isLessThan(end);
                Thread.sleep(100);
            }
        }

        void awaitSaid(String sentence) throws Exception {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!Files.readString(errors).contains(sentence)) {
                assertThat(System.nanoTime()).as(Files.readString(errors)).isLessThan(end);
                Thread.sleep(50);
            }
        }

        void stop() throws Exception {
            // What kill -TERM and systemd send; Process.destroy would close what it prints as well.
            assertThat(process.toHandle().destroy()).isTrue();
            assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(errors)).isEqualTo(143);
            assertThat(process.inputReader().readLine()).isNull();
        }
    }

    private static int status(HttpResponse<String> answer) {
        return answer.statusCode();
    }

    private static String code(HttpResponse<String> answer) {
        return JsonMapper.shared()
                .readTree(answer.body())
                .path("error")
                .path("code")
                .asString("");
    }

    private String key(String name, String... more) {
        List<Object> arguments = new ArrayList<>(List.of("key", "create", name, "--store", store()));
        arguments.addAll(List.of(more));
        assertThat(run(arguments.toArray())).as(err()).isZero();
        return out();
    }

    private long auditedRequests() {
        assertThat(run(
                        "audit",
                        "verify",
                        folder.resolve(".stoa/audit"),
                        "--public-key",
                        folder.resolve(".stoa/keys/audit.pem.pub"),
                        "--json"))
                .as(out() + err())
                .isZero();
        long requests = 0;
        for (String line : out().lines().toList()) {
            JsonNode chain = JsonMapper.shared().readTree(line);
            assertThat(chain.path("intact").asBoolean(false)).as(line).isTrue();
            requests += chain.path("requests").asLong(0);
        }
        return requests;
    }

    @Test
    void whatWasApprovedIsServedForAsLongAsItHolds() throws Exception {
        String key = key("ada");
        Serving serving = serve();
        assertThat(serving.said.path("tiers").size()).isEqualTo(2);
        serving.said
                .path("tiers")
                .forEach(tier -> assertThat(tier.path("live").asBoolean(false))
                        .as(tier.toString())
                        .isTrue());

        everyCallIsAnswered(serving, key);
        pagesAreThere(serving, key);
        theFileIsReadAgainWithoutDroppingARequest(serving, key);
        aChangedModelIsNotServed(serving, key);
        aBudgetIsNotExceeded(serving);
        aWithdrawnVerdictIsNotServed(serving, key);

        int asked = serving.asked.get();
        serving.stop();
        assertThat(auditedRequests()).isEqualTo(asked);

        Serving again = serve();
        assertThat(status(again.chat(key, "support"))).isEqualTo(200);
        again.stop();
        assertThat(auditedRequests()).isEqualTo(asked + 1L);
    }

    private static void everyCallIsAnswered(Serving serving, String key) throws Exception {
        JsonNode chat = serving.answered(key, "/v1/chat/completions", CHAT.replace("MODEL", "support"));
        assertThat(chat.path("choices").path(0).path("message").path("content").asString(""))
                .isNotBlank();
        assertThat(chat.path("usage").path("completion_tokens").asInt(0)).isBetween(1, 8);

        HttpResponse<String> streamed = serving.post(
                key,
                "/v1/chat/completions",
                CHAT.replace("MODEL", "support").replace("{\"model\"", "{\"stream\":true,\"model\""));
        assertThat(streamed.statusCode()).isEqualTo(200);
        assertThat(streamed.headers().firstValue("content-type").orElse("")).startsWith("text/event-stream");
        assertThat(streamed.body()).startsWith("data: {").endsWith("data: [DONE]\n\n");

        JsonNode completion = serving.answered(
                key,
                "/v1/completions",
                "{\"model\":\"support\",\"prompt\":\"Hello there\",\"max_tokens\":2,\"echo\":true,\"logprobs\":1}");
        JsonNode choice = completion.path("choices").path(0);
        assertThat(choice.path("text").asString("")).startsWith("Hello there");
        assertThat(choice.path("logprobs").path("token_logprobs").size())
                .isEqualTo(choice.path("logprobs").path("tokens").size())
                .isGreaterThan(2);

        JsonNode embedding = serving.answered(key, "/v1/embeddings", "{\"model\":\"support\",\"input\":\"Hello\"}");
        double square = 0;
        for (JsonNode each : embedding.path("data").path(0).path("embedding")) {
            square += each.asDouble(0) * each.asDouble(0);
        }
        assertThat(square).isBetween(0.99, 1.01);

        JsonNode response = serving.answered(
                key, "/v1/responses", "{\"model\":\"support\",\"input\":\"Hello\",\"max_output_tokens\":8}");
        assertThat(response.path("object").asString("")).isEqualTo("response");
        assertThat(response.path("output")
                        .path(0)
                        .path("content")
                        .path(0)
                        .path("text")
                        .asString(""))
                .isNotBlank();

        JsonNode message = serving.answered(key, "/v1/messages", CHAT.replace("MODEL", "support"));
        assertThat(message.path("type").asString("")).isEqualTo("message");
        assertThat(message.path("content").path(0).path("text").asString("")).isNotBlank();

        assertThat(status(serving.chat("", "support"))).isEqualTo(401);
        assertThat(status(serving.chat("sk-" + "a".repeat(40), "support"))).isEqualTo(401);
        HttpResponse<String> unknown = serving.chat(key, "nobody");
        assertThat(status(unknown)).isEqualTo(404);
        assertThat(unknown.body()).contains("no route named nobody");
    }

    private static void pagesAreThere(Serving serving, String key) throws Exception {
        HttpResponse<String> models = serving.client.send(
                serving.request("/v1/models")
                        .header("Authorization", "Bearer " + key)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(models.body()).contains("\"support\"");
        assertThat(serving.get("/").body()).startsWith("<!doctype html>");
        JsonNode snapshot = JsonMapper.shared()
                .readTree(serving.get("/console/snapshot.json").body());
        assertThat(snapshot.path("routes").path(0).path("name").asString("")).isEqualTo("support");
        assertThat(snapshot.path("requests").asLong(0)).isPositive();
        assertThat(serving.get("/metrics").body()).contains("gen_ai_request_model=\"support\"");
        assertThat(JsonMapper.shared()
                        .readTree(serving.get("/openapi.json").body())
                        .path("openapi")
                        .asString(""))
                .startsWith("3.");
        assertThat(serving.get("/ready").statusCode()).isEqualTo(200);
    }

    private void theFileIsReadAgainWithoutDroppingARequest(Serving serving, String key) throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<List<Integer>> others = CompletableFuture.supplyAsync(() -> {
            List<Integer> statuses = new ArrayList<>();
            while (!enough.get()) {
                try {
                    statuses.add(status(serving.chat(key, "support")));
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException("a request was dropped", e);
                }
            }
            return statuses;
        });
        String sound = Files.readString(file);
        Files.writeString(file, sound.replace("routes:", "routers:"));
        serving.awaitSaid(":3:1: unknown key routers");
        Files.writeString(file, sound.replace("127.0.0.1:0", "127.0.0.1:1"));
        serving.awaitSaid("start the gateway again");
        Files.writeString(file, sound + """
              plain:
                tiers:
                  - {name: one, candidate: micro-F16, local: {file: micro.gguf, context: 512, slots: 2, threads: 1}}
                answer-tokens: 16
            """);
        serving.awaitSaid("was read again");
        assertThat(status(serving.chat(key, "plain"))).isEqualTo(200);
        enough.set(true);
        assertThat(others.get(60, TimeUnit.SECONDS)).isNotEmpty().containsOnly(200);
    }

    private void aChangedModelIsNotServed(Serving serving, String key) throws Exception {
        flipLastByte();
        HttpResponse<String> refused = serving.until(key, answer -> status(answer) != 200);
        assertThat(status(refused)).as(refused.body()).isEqualTo(503);
        assertThat(refused.body()).contains("micro-F16");
        HttpResponse<String> named = serving.until(key, answer -> !answer.body().contains("is being read"));
        assertThat(named.body()).contains("micro-F16", "micro.gguf");
        flipLastByte();
        serving.until(key, answer -> status(answer) == 200);
    }

    /** A second time is as it was. */
    private void flipLastByte() throws IOException {
        try (RandomAccessFile model =
                new RandomAccessFile(folder.resolve("micro.gguf").toFile(), "rw")) {
            long last = model.length() - 1;
            model.seek(last);
            int before = model.read();
            model.seek(last);
            model.write(before ^ 1);
        }
    }

    private void aBudgetIsNotExceeded(Serving serving) throws Exception {
        String poor = key("poor", "--budget", "0.02/month");
        serving.until(poor, answer -> status(answer) != 401);
        HttpResponse<String> refused = serving.until(poor, answer -> status(answer) != 200);
        assertThat(status(refused)).as(refused.body()).isEqualTo(429);
        assertThat(code(refused)).isEqualTo("insufficient_quota");
        assertThat(run("key", "show", "poor", "--store", store(), "--json")).isZero();
        JsonNode budget = JsonMapper.shared().readTree(out()).path("budgets").path(0);
        assertThat(budget.path("limitMicros").asLong(0)).isEqualTo(20_000);
        assertThat(budget.path("spentMicros").asLong(0)).isBetween(0L, 20_000L);
    }

    private void aWithdrawnVerdictIsNotServed(Serving serving, String key) throws Exception {
        Path home = folder.resolve(".stoa");
        List<Object> why = List.of("micro-F16", "--home", home, "--by", "Ada", "--reason", "it is wrong");
        List<Object> revoke = new ArrayList<>(List.of("approve", "revoke"));
        revoke.addAll(why);
        assertThat(run(revoke.toArray())).as(err()).isZero();
        HttpResponse<String> refused = serving.until(key, answer -> status(answer) != 200);
        assertThat(status(refused)).isEqualTo(503);
        assertThat(refused.body()).contains("revoked by Ada");
        List<Object> accept = new ArrayList<>(List.of("approve", "accept"));
        accept.addAll(why);
        assertThat(run(accept.toArray())).as(err()).isZero();
        serving.until(key, answer -> status(answer) == 200);
    }

    @Test
    void everyMistakeOfTheFileIsNamedWithItsPlace() throws Exception {
        Files.writeString(file, """
            listen: 127.0.0.1:99999
            assessment: nowhere.yaml
            currency: XYZ
            routes:
              support:
                tiers:
                  - {name: a, candidate: c, local: {file: gone.gguf, context: 512}}
                  - {name: a, candidate: c, upstream: {url: "ftp://x", model: m, context: 4096}}
                fallback: nobody
            """);
        assertThat(run("serve", "--check", file)).isEqualTo(ExitCode.USER.code());
        assertThat(err().lines())
                .as(err())
                .anyMatch(line -> line.contains(file + ":1:") && line.contains("99999"))
                .anyMatch(line -> line.contains(file + ":2:") && line.contains("nowhere.yaml"))
                .anyMatch(line -> line.contains(file + ":3:") && line.contains("XYZ"))
                .anyMatch(line -> line.contains(file + ":7:") && line.contains("gone.gguf"))
                .anyMatch(line -> line.contains(file + ":8:") && line.contains("the name a is taken"))
                .anyMatch(line -> line.contains(file + ":8:") && line.contains("http://"))
                .anyMatch(line -> line.contains(file + ":9:") && line.contains("nobody"));
        assertThat(run("serve", folder.resolve("none.yaml"))).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("none.yaml");
    }

    @Test
    void whatCannotBeServedIsSaid() throws Exception {
        Path trusted = folder.resolve(".stoa/keys/verdicts.pub");
        String trustedKey = Files.readString(trusted);
        Files.delete(trusted);
        assertThat(run("serve", file)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("verdicts.pub").doesNotContain("Exception");
        Files.writeString(trusted, "not a key");
        assertThat(run("serve", file)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("verdicts.pub").doesNotContain("Exception");
        Files.writeString(trusted, trustedKey);

        Path ledger = folder.resolve(".stoa/ledger.db");
        Path aside = Files.move(ledger, folder.resolve(".stoa/aside.db"));
        assertThat(run("serve", file)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("ledger.db: no ledger there; run stoa assess");
        Files.move(aside, ledger);

        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String sound = Files.readString(file);
            Files.writeString(file, sound.replace("127.0.0.1:0", "127.0.0.1:" + taken.getLocalPort()));
            assertThat(run("serve", file)).as(err()).isEqualTo(ExitCode.USER.code());
            assertThat(err()).contains(Integer.toString(taken.getLocalPort())).doesNotContain("Exception");
            Files.writeString(file, sound);
        }
    }

    @Test
    void aVerdictThatOthersSignedIsNotServed() throws Exception {
        String key = key("ada");
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        io.stoa.store.approval.SigningKey.obtain(elsewhere.resolve("verdicts.pem"));
        Files.writeString(file, "trust: [elsewhere/verdicts.pub]\n" + Files.readString(file));
        Serving serving = serve();
        HttpResponse<String> refused = serving.chat(key, "support");
        assertThat(status(refused)).as(refused.body()).isEqualTo(503);
        assertThat(refused.body()).contains("micro-");
        assertThat(serving.get("/ready").statusCode()).isEqualTo(503);
    }
}
