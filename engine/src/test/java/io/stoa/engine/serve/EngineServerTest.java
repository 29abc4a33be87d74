package io.stoa.engine.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.Prompt;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
final class EngineServerTest {
    private final LlamaRuntime runtime =
            LlamaRuntime.load(Path.of(System.getProperty("stoa.natives")), (level, line) -> {});
    private final Engine engine =
            runtime.open(Path.of("../examples/quickstart/models/nano.gguf"), EngineOptions.serving(512, 1, 1));
    private final EngineServer server = EngineServer.start(engine, options(new Listen.Tcp("127.0.0.1", 0)));
    private final HttpClient client = HttpClient.newHttpClient();

    private static ServerOptions options(Listen listen) {
        return new ServerOptions(listen, "nano", Map.of(), Optional.empty(), false);
    }

    @AfterAll
    void close() {
        client.close();
        server.close();
        engine.close();
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.address() + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static final String LONG = "{\"prompt\": \"x\", \"max_tokens\": 400, \"temperature\": 1, \"seed\": 1,"
            + " \"stream\": true, \"grammar\": \"root ::= [a-z ]{300}\"}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "/v1/chat/completions~{~400~JSON",
                "/v1/chat/completions~[]~400~object",
                "/v1/chat/completions~{}~400~messages",
                "/v1/chat/completions~{\"messages\":{}}~400~messages",
                "/v1/chat/completions~{\"messages\":[{\"content\":\"x\"}]}~400~role",
                "/v1/chat/completions~{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}~400~image_url",
                "/v1/chat/completions~{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"temperature\":-1}~400~temperature",
                "/v1/chat/completions~{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"temperature\":\"hot\"}~400~temperature",
                "/v1/chat/completions~{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"max_tokens\":0}~400~max_tokens",
                "/v1/chat/completions~{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"n\":3}~400~n above 1",
                "/v1/chat/completions~{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"top_logprobs\":3}~400~logprobs",
                "/v1/chat/completions~{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"frequency_penalty\":1}~400~frequency_penalty",
                "/v1/chat/completions~{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":[{}]}~400~tools",
                "/v1/chat/completions~{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"response_format\":{\"type\":\"xml\"}}~400~response_format",
                "/v1/chat/completions~{\"model\":\"other\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}~404~model_not_found",
                "/v1/completions~{}~400~prompt",
                "/v1/completions~{\"prompt\":[\"a\",\"b\"]}~400~one text",
                "/v1/completions~{\"prompt\":\"a\",\"max_tokens\":0}~400~echo",
                "/v1/completions~{\"prompt\":\"a\",\"grammar\":\"root ::= (\"}~400~grammar",
                "/v1/embeddings~{\"input\":[]}~400~input",
                "/v1/rerank~{\"query\":\"\",\"documents\":[\"a\"]}~400~query",
                "/v1/rerank~{\"query\":\"a\",\"documents\":[]}~400~documents",
                "/v1/rerank~{\"query\":\"a\",\"documents\":[\"a\"],\"top_n\":0}~400~top_n",
                "/tokenize~{\"messages\":[]}~400~messages",
                "/v1/embeddings~{\"input\":\"a\",\"dimensions\":3}~400~dimensions",
                "/v1/nothing~{}~404~no /v1/nothing",
            })
    void refusesByName(String path, String body, int status, String culprit) throws Exception {
        HttpResponse<String> response = post(path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode error = JsonMapper.shared().readTree(response.body()).path("error");
        assertThat(error.path("type").asString("")).isNotEmpty();
        assertThat(error.toString()).contains(culprit);
    }

    @Test
    void aPromptThatDoesNotFitHasOpenAisCode() throws Exception {
        HttpResponse<String> response = post("/v1/completions", "{\"prompt\": \"" + "word ".repeat(2000) + "\"}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("context_length_exceeded");
    }

    @Test
    void countsTheTokensOfMessagesAsTheModelWouldReadThem() throws Exception {
        HttpResponse<String> counted =
                post("/tokenize", "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello there\"}]}");
        HttpResponse<String> answered = post(
                "/v1/chat/completions",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello there\"}],\"max_tokens\":1}");
        assertThat(JsonMapper.shared().readTree(counted.body()).path("count").asInt(-1))
                .isEqualTo(JsonMapper.shared()
                        .readTree(answered.body())
                        .path("usage")
                        .path("prompt_tokens")
                        .asInt(-2));
    }

    @Test
    void ranksTheVeryTextFirst() throws Exception {
        HttpResponse<String> ranked = post(
                "/v1/rerank",
                "{\"query\":\"Zoban likes bread\",\"documents\":[\"two cars\",\"Zoban likes bread\",\"a cat\"],"
                        + "\"top_n\":2}");
        JsonNode results = JsonMapper.shared().readTree(ranked.body()).path("results");
        assertThat(results.size()).isEqualTo(2);
        assertThat(results.path(0).path("index").asInt(-1)).isEqualTo(1);
        assertThat(results.path(0).path("relevance_score").asDouble(0)).isCloseTo(1, within(1e-5));
    }

    @Test
    void tellsThePromptsOwnLogProbabilities() throws Exception {
        String text = "The farmer likes bread.";
        HttpResponse<String> response = post(
                "/v1/completions",
                "{\"prompt\": \"" + text + "\", \"max_tokens\": 0, \"echo\": true, \"logprobs\": 2}");
        JsonNode choice =
                JsonMapper.shared().readTree(response.body()).path("choices").path(0);
        assertThat(choice.path("text").asString("")).isEqualTo(text);
        List<Integer> tokens = engine.promptTokens(new Prompt.Text(text));
        JsonNode values = choice.path("logprobs").path("token_logprobs");
        assertThat(values.size()).isEqualTo(tokens.size());
        assertThat(values.path(0).isNull()).isTrue();
        var exact = engine.logProbabilities(tokens, 0);
        for (int i = 1; i < tokens.size(); i++) {
            assertThat(values.path(i).asDouble(1))
                    .isCloseTo(exact.get(i).logProbability().orElseThrow(), within(0.05));
        }
    }

    @Test
    void aCallerThatLeavesFreesItsSlot() throws Exception {
        // One slot: the next request is answered only when the one that was left has ended.
        for (int round = 0; round < 5; round++) {
            try (Socket socket = connect()) {
                send(socket, request("/v1/completions", LONG));
                assertThat(socket.getInputStream().readNBytes(40)).hasSize(40);
            }
            long start = System.nanoTime();
            assertThat(post("/v1/completions", "{\"prompt\": \"x\", \"max_tokens\": 1}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void halfRequestsHoldNobodyUp() throws Exception {
        try (Socket half = connect();
                Socket body = connect()) {
            send(half, "POST /v1/completions HTT");
            send(body, "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{\"prompt\"");
            assertThat(post("/v1/completions", "{\"prompt\": \"x\", \"max_tokens\": 1}")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void contradictingLengthsAreRefused() throws Exception {
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding:"
                            + " chunked\r\n\r\n0\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n");
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 400");
            assertThat(answer).doesNotContain("max_model_len");
        }
    }

    @Test
    void pipelinedAndExpectedRequestsAreAnsweredInOrder() throws Exception {
        try (Socket socket = connect()) {
            String completion = "{\"prompt\": \"x\", \"max_tokens\": 1}";
            send(
                    socket,
                    request("/v1/completions", completion) + "GET /health HTTP/1.1\r\n"
                            + "Host: localhost\r\n\r\n"
                            + "POST /v1/completions HTTP/1.1\r\n"
                            + "Host: localhost\r\n"
                            + "Connection: close\r\n"
                            + "Expect:"
                            + " 100-continue\r\n"
                            + "Content-Length:"
                            + " " + completion.length() + "\r\n\r\n" + completion);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer.split("HTTP/1.1 200", -1)).hasSize(4);
            assertThat(answer.indexOf("text_completion")).isLessThan(answer.indexOf("\"ok\""));
        }
    }

    @Test
    void tooBigABodyIsRefused() throws Exception {
        HttpResponse<String> response = post("/v1/completions", "x".repeat(33 * 1024 * 1024));
        assertThat(response.statusCode()).isEqualTo(413);
    }

    @Test
    void aSlowReaderGetsEverything() throws Exception {
        try (Socket socket = connect()) {
            send(socket, request("/v1/completions", LONG).replace("Host", "Connection: close\r\nHost"));
            InputStream in = socket.getInputStream();
            StringBuilder text = new StringBuilder();
            byte[] some = new byte[200];
            for (int read = in.read(some); read >= 0; read = in.read(some)) {
                text.append(new String(some, 0, read, StandardCharsets.UTF_8));
                Thread.sleep(2);
            }
            assertThat(text.toString()).contains("[DONE]");
        }
    }

    @Test
    void otherNamesAndMissingKeysAreRefused() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n");
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 403");
        }
        ServerOptions keyed =
                new ServerOptions(new Listen.Tcp("127.0.0.1", 0), "nano", Map.of(), Optional.of("secret"), false);
        assertThat(keyed.toString()).doesNotContain("secret");
        try (EngineServer other = EngineServer.start(engine, keyed)) {
            URI models = URI.create(other.address() + "/v1/models");
            assertThat(client.send(HttpRequest.newBuilder(models).build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(401);
            assertThat(client.send(
                                    HttpRequest.newBuilder(models)
                                            .header("Authorization", "Bearer secret")
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> options(new Listen.Tcp("0.0.0.0", 0)))
                .withMessageContaining("key");
    }

    @Test
    void listensOnAUnixSocketForThisUserOnly(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("s.sock");
        for (int round = 0; round < 2; round++) {
            try (EngineServer other = EngineServer.start(engine, options(new Listen.Unix(path)));
                    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                assertThat(other.address()).isEqualTo("unix:" + path);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .isEqualTo("rw-------");
                channel.connect(UnixDomainSocketAddress.of(path));
                channel.write(ByteBuffer.wrap(
                        "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
                ByteBuffer answer = ByteBuffer.allocate(200);
                channel.read(answer);
                assertThat(new String(answer.array(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 200");
                assertThatExceptionOfType(StoaException.class)
                        .isThrownBy(() -> EngineServer.start(engine, options(new Listen.Unix(path))))
                        .withMessageContaining("already");
            }
            assertThat(path).doesNotExist();
        }
        Files.writeString(path, "a file");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> EngineServer.start(engine, options(new Listen.Unix(path))));
        assertThat(path).hasContent("a file");
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(server.address()).getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static String request(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }
}
