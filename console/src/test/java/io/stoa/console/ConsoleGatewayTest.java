package io.stoa.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The console as a running gateway serves it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleGatewayTest {
    private final ConsoleServer server = ConsoleServer.quiet(0);
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterAll
    void close() {
        client.close();
        server.close();
    }

    private HttpRequest.Builder asking(String path) {
        return HttpRequest.newBuilder(URI.create(server.url() + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void thePageIsServedWithItsPolicyAndOnlyOnce() throws Exception {
        HttpResponse<String> page = send(asking(""));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                .startsWith("default-src 'none'");
        assertThat(page.headers().firstValue("x-content-type-options")).hasValue("nosniff");
        assertThat(page.body()).contains("/console/console.js");
        String tag = page.headers().firstValue("etag").orElseThrow();
        assertThat(send(asking("").header("if-none-match", tag)).statusCode()).isEqualTo(304);
        HttpResponse<String> head = send(asking("").HEAD());
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("content-length"))
                .hasValue(Integer.toString(page.body().length()));
        assertThat(send(asking("console/nothing.js")).statusCode()).isEqualTo(404);
    }

    @Test
    void overHttp2ItIsTheSame() throws Exception {
        try (HttpClient two =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            // The first answer comes beside the change of protocol, and Java's client loses what of it is beyond one of
            // its buffers of 16 KiB when all of it has arrived by then; so a small one.
            HttpResponse<String> health = two.send(asking("health").build(), BodyHandlers.ofString());
            assertThat(health.statusCode()).isEqualTo(200);
            HttpResponse<String> figures =
                    two.send(asking("console/snapshot.json").build(), BodyHandlers.ofString());
            assertThat(figures.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(figures.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whatTheGatewayRefusesIsShown() throws Exception {
        HttpResponse<String> refused = send(asking("v1/chat/completions")
                .header("authorization", "Bearer " + ConsoleServer.ADMIN_KEY)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"no-such-route\",\"messages\":[{\"role\":\"user\",\"content\":\"my secret\"}]}")));
        assertThat(refused.statusCode()).isEqualTo(404);
        JsonNode newest = new JsonMapper().createObjectNode();
        for (int tries = 0; tries < 50 && !newest.has("route"); tries++) {
            Thread.sleep(100);
            String snapshot = send(asking("console/snapshot.json")).body();
            assertThat(snapshot).doesNotContain("my secret", ConsoleServer.ADMIN_KEY);
            newest = new JsonMapper().readTree(snapshot).get("unanswered").path(0);
        }
        assertThat(newest.path("route").asString()).isEqualTo("no-such-route");
        assertThat(newest.path("end").asString()).isEqualTo("refused");
        assertThat(newest.path("key").asString()).isEqualTo("boss");
    }

    /** A page of somebody else's whose name was made to point to this machine. */
    @Test
    void aStrangersNameForThisMachineGetsNoFigures() throws Exception {
        assertThat(raw("evil.example")).startsWith("HTTP/1.1 403 ").doesNotContain("contract-drafts");
        assertThat(raw("localhost")).startsWith("HTTP/1.1 200 ");
    }

    private String raw(String host) throws IOException {
        URI at = URI.create(server.url());
        try (Socket socket = new Socket(at.getHost(), at.getPort())) {
            socket.getOutputStream()
                    .write("GET /console/snapshot.json HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                            .formatted(host)
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
