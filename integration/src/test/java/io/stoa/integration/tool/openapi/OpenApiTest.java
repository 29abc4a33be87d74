package io.stoa.integration.tool.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.stoa.integration.tool.Credential;
import io.stoa.integration.tool.Outbound;
import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Timeout(60)
class OpenApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String DESCRIPTION = """
        openapi: 3.0.3
        info: {title: Tickets, version: "1"}
        servers: [{url: "https://elsewhere.example/v9"}]
        paths:
          /tickets/{id}:
            parameters:
              - {name: id, in: path, required: true, schema: {type: string}}
            get:
              operationId: get.ticket
              summary: Reads a ticket.
              parameters:
                - $ref: '#/components/parameters/Fields'
                - {name: X-Trace, in: header, schema: {type: string}}
                - {name: since, in: query, schema: {type: integer, minimum: 0, exclusiveMinimum: true}}
                - {name: tags, in: query, explode: false, schema: {type: array, items: {type: string}}}
                - {name: session, in: cookie, schema: {type: string}}
            delete:
              summary: Removes a ticket.
          /tickets:
            post:
              operationId: create_ticket
              requestBody:
                required: true
                content:
                  application/json:
                    schema: {$ref: '#/components/schemas/Ticket'}
          /files:
            post:
              operationId: upload
              requestBody:
                required: true
                content: {multipart/form-data: {schema: {type: object}}}
          /far:
            get:
              parameters: [{$ref: 'https://evil.example/x.yaml#/a'}]
          /circle:
            get:
              parameters: [{$ref: '#/components/parameters/A'}]
          /hole/{x}:
            get: {summary: No parameter fills its hole.}
        components:
          parameters:
            Fields: {name: fields, in: query, schema: {type: array, items: {type: string}}}
            A: {$ref: '#/components/parameters/B'}
            B: {$ref: '#/components/parameters/A'}
          schemas:
            Ticket:
              type: object
              required: [title]
              properties:
                title: {type: string, example: x, nullable: true}
                parent: {$ref: '#/components/schemas/Ticket'}
        """;

    @TempDir
    private Path folder;

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server = noServer();

    private static HttpServer noServer() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void serve() {
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getOrDefault("Authorization", List.of()) + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            String path = exchange.getRequestURI().getPath();
            if (path.contains("moved")) {
                exchange.getResponseHeaders().add("Location", "http://127.0.0.2:1/");
                exchange.sendResponseHeaders(302, -1);
            } else if (path.contains("missing")) {
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(404, 0);
                write(exchange.getResponseBody(), "{\"error\":\"none, s3cret\"}");
            } else if (path.contains("endless")) {
                exchange.getResponseHeaders().add("Content-Type", "text/plain");
                exchange.sendResponseHeaders(200, 0);
                try (OutputStream out = exchange.getResponseBody()) {
                    byte[] some = new byte[100_000];
                    for (int i = 0; i < 1_000; i++) {
                        out.write(some);
                    }
                }
            } else if (path.contains("drip")) {
                exchange.getResponseHeaders().add("Content-Type", "text/plain");
                exchange.sendResponseHeaders(200, 0);
                drip(exchange.getResponseBody());
            } else {
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, 0);
                write(exchange.getResponseBody(), "{\"ok\":true}");
            }
            exchange.close();
        });
        server.start();
    }

    private static void write(OutputStream to, String text) throws IOException {
        to.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void drip(OutputStream to) throws IOException {
        try {
            for (int i = 0; i < 600; i++) {
                to.write('x');
                to.flush();
                Thread.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private OpenApi read(String name, String text) throws IOException {
        return OpenApi.read(Files.writeString(folder.resolve(name), text));
    }

    private Tool tool(String operation) throws IOException {
        Operation found = read("tickets.yaml", DESCRIPTION).operation(operation);
        URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/");
        return new OperationTool(
                found,
                new Outbound(base, true, Optional.of(Credential.of("Authorization", "s3cret"))),
                found.name(),
                found.effects());
    }

    private static ObjectNode arguments(String json) {
        return (ObjectNode) JsonMapper.shared().readTree(json);
    }

    @Test
    void operationsBecomeTools() throws IOException {
        OpenApi api = read("tickets.yaml", DESCRIPTION);
        assertThat(api.operations().keySet()).containsExactly("get_ticket", "delete_tickets_id", "create_ticket");
        assertThat(api.operations().values())
                .extracting(Operation::effects)
                .containsExactly(Effects.NONE, Effects.IDEMPOTENT, Effects.EACH_CALL);
        assertThat(api.leftOut())
                .containsEntry("POST /files", "its body is not JSON")
                .containsEntry(
                        "GET /far",
                        "the reference https://evil.example/x.yaml#/a leads out of the file; nothing is fetched, so"
                                + " copy what it means into the file")
                .hasEntrySatisfying("GET /circle", why -> assertThat(why).contains("in a circle"))
                .hasEntrySatisfying("GET /hole/{x}", why -> assertThat(why).contains("holes"));
        assertThat(api.operation("get_ticket").parameters().toString())
                .isEqualTo("{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},\"fields\":{\"type\":"
                        + "\"array\",\"items\":{\"type\":\"string\"}},\"X-Trace\":{\"type\":\"string\"},\"since\":"
                        + "{\"type\":\"integer\",\"exclusiveMinimum\":0},\"tags\":{\"type\":\"array\",\"items\":{\"type\""
                        + ":\"string\"}}},\"required\":[\"id\"],\"additionalProperties\":false}");
        assertThat(api.operation("create_ticket").parameters().toString())
                .isEqualTo("{\"type\":\"object\",\"properties\":{\"body\":{\"$ref\":\"#/$defs/Ticket\"}},\"required\":"
                        + "[\"body\"],\"additionalProperties\":false,\"$defs\":{\"Ticket\":{\"type\":\"object\","
                        + "\"required\":[\"title\"],\"properties\":{\"title\":{\"type\":[\"string\",\"null\"]},"
                        + "\"parent\":{\"$ref\":\"#/$defs/Ticket\"}}}}}");
        assertThat(api.servers()).containsExactly("https://elsewhere.example/v9");
        assertThatThrownBy(() -> api.operation("get_tickets")).hasMessageEndingWith("did you mean get_ticket?");
    }

    @Test
    void theSameInJsonHasTheSamePins() throws IOException {
        OpenApi yaml = read("a.yaml", DESCRIPTION);
        Object loaded = new org.snakeyaml.engine.v2.api.Load(
                        org.snakeyaml.engine.v2.api.LoadSettings.builder().build())
                .loadFromString(DESCRIPTION);
        OpenApi json = read("a.json", JsonMapper.shared().writeValueAsString(loaded));
        assertThat(json.operations().values())
                .extracting(Operation::pin)
                .isEqualTo(
                        yaml.operations().values().stream().map(Operation::pin).toList());
        OpenApi other = read("b.yaml", DESCRIPTION.replace("/tickets/{id}:", "/admin/{id}:"));
        assertThat(other.operation("get_ticket").pin())
                .isNotEqualTo(yaml.operation("get_ticket").pin());
    }

    @Test
    void argumentsGoWhereTheyBelong() throws IOException {
        Tool get = tool("get_ticket");
        assertThat(get.call(
                        arguments("{\"id\": \"a b?c#d%\", \"fields\": [\"x&y\", \"z\"], \"tags\": [\"1\", \"2\"],"
                                + " \"since\": 5, \"X-Trace\": \"t\"}"),
                        "e",
                        PATIENCE))
                .isEqualTo("{\"ok\":true}");
        assertThat(asked.getFirst())
                .isEqualTo(
                        "GET /v1/tickets/a%20b%3Fc%23d%25?fields=x%26y&fields=z&since=5&tags=1%2C2 [Bearer s3cret] ");
        tool("create_ticket").call(arguments("{\"body\": {\"title\": \"é\"}}"), "e", PATIENCE);
        assertThat(asked.getLast()).isEqualTo("POST /v1/tickets [Bearer s3cret] {\"title\":\"é\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "", "a/b", "../admin", "..\\\\admin", "a\\nb"})
    void noValueLeavesItsSegment(String id) throws IOException {
        Tool get = tool("get_ticket");
        assertThatThrownBy(() -> get.call(arguments("{\"id\": \"" + id + "\"}"), "e", PATIENCE))
                .isInstanceOfSatisfying(
                        StoaException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(StoaException.Kind.USER));
        assertThat(asked).isEmpty();
    }

    @Test
    void noHeaderGetsAnotherLine() throws IOException {
        Tool get = tool("get_ticket");
        assertThatThrownBy(
                        () -> get.call(arguments("{\"id\": \"a\", \"X-Trace\": \"a\\r\\nX-Admin: 1\"}"), "e", PATIENCE))
                .hasMessageContaining("no header can hold");
        assertThat(asked).isEmpty();
    }

    @Test
    void answersAreBoundedAndTellNoSecret() throws IOException {
        Tool get = tool("get_ticket");
        assertThat(get.call(arguments("{\"id\": \"missing\"}"), "e", PATIENCE))
                .isEqualTo("The tool reports an error: status 404: {\"error\":\"none, (secret)\"}");
        assertThat(get.call(arguments("{\"id\": \"endless\"}"), "e", PATIENCE))
                .hasSizeBetween(4 << 20, (4 << 20) + 100)
                .endsWith("… (cut)");
        assertThatThrownBy(() -> get.call(arguments("{\"id\": \"drip\"}"), "e", Duration.ofMillis(300)))
                .hasMessageContaining("no whole answer in time");
        assertThatThrownBy(() -> get.call(arguments("{\"id\": \"moved\"}"), "e", PATIENCE))
                .hasMessageContaining("redirects to http://127.0.0.2:1/; redirects are not followed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/",
                "https://localhost/",
                "https://10.1.2.3/",
                "https://192.168.0.1/",
                "https://172.16.0.1/",
                "https://169.254.169.254/latest/meta-data",
                "https://100.64.0.1/",
                "https://0.0.0.0/",
                "https://[::1]/",
                "https://[::ffff:127.0.0.1]/",
                "https://[fc00::1]/",
                "https://[fe80::1]/",
                "https://[2002:7f00:1::]/",
                "https://[64:ff9b::7f00:1]/",
                "https://2130706433/",
                "https://0x7f000001/",
                "https://127.1/"
            })
    void privateAddressesAreRefused(String address) {
        assertThatThrownBy(() -> {
                    try (Outbound outbound = new Outbound(URI.create(address), false, Optional.empty())) {
                        outbound.exchange(
                                java.net.http.HttpRequest.newBuilder(URI.create(address)),
                                Duration.ofSeconds(2),
                                _ -> true);
                    }
                })
                .isInstanceOf(StoaException.class)
                .satisfiesAnyOf(
                        refused ->
                                assertThat(refused).hasMessageContaining("an address of this machine or of a private"),
                        refused -> assertThat(refused).hasMessageContaining("not an address of a host"),
                        refused -> assertThat(refused).hasMessageContaining("unknown host"));
    }

    @Test
    void onlyThePinnedHostIsCalled() {
        try (Outbound outbound = new Outbound(URI.create("https://api.example/v1"), false, Optional.empty())) {
            for (String other :
                    List.of("https://api.example.evil/v1", "http://api.example/v1", "https://api.example:8/")) {
                assertThatThrownBy(() -> outbound.exchange(
                                java.net.http.HttpRequest.newBuilder(URI.create(other)), PATIENCE, _ -> true))
                        .hasMessageContaining("only https://api.example may be called");
            }
        }
    }

    @Test
    void hostileFilesAreRefused() throws IOException {
        String bomb = "a: &a [x, x]\nb: &b [*a, *a]\n"
                + String.join(
                        "",
                        java.util.stream.IntStream.range(0, 40)
                                .mapToObj(i -> "c" + i + ": &c" + i + " [*" + (i == 0 ? "b" : "c" + (i - 1)) + ", *"
                                        + (i == 0 ? "b" : "c" + (i - 1)) + "]\n")
                                .toList());
        for (String text : List.of(
                "[".repeat(5_000),
                "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000),
                bomb,
                "openapi: 3.0.0\nopenapi: 3.1.0\n",
                "- 1",
                "a: &a {b: *a}",
                "swagger: '2.0'",
                "\u0000")) {
            assertThatThrownBy(() -> read("bad.yaml", text))
                    .as(text.substring(0, Math.min(30, text.length())))
                    .isInstanceOfSatisfying(
                            StoaException.class,
                            refused -> assertThat(refused.kind()).isEqualTo(StoaException.Kind.USER));
        }
        StringBuilder wide = new StringBuilder("""
                openapi: 3.1.0
                paths:
                  /a:
                    post:
                      requestBody:
                        required: true
                        content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}
                components:
                  schemas:
                """);
        for (int i = 0; i < 3_000; i++) {
            wide.append("    S")
                    .append(i)
                    .append(": {properties: {a: {$ref: '#/components/schemas/S")
                    .append(i + 1)
                    .append("'}, b: {$ref: '#/components/schemas/S")
                    .append(i + 1)
                    .append("'}}}\n");
        }
        wide.append("    S3000: {type: string}\n");
        assertThat(read("wide.yaml", wide.toString())
                        .leftOut()
                        .values()
                        .iterator()
                        .next())
                .contains("more than 5000 values");
    }
}
