package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code stoa tools}, from the command line to what it prints. */
class ToolsVerbsTest {
    private static final String DESCRIPTION = """
        openapi: 3.0.0
        paths:
          /tickets/{id}:
            parameters: [{name: id, in: path, required: true, schema: {type: string}}]
            get: {operationId: find_ticket, summary: "Finds a ticket.\\u001b[31m"}
            delete: {operationId: close_ticket, summary: Closes a ticket.}
          /files:
            put:
              operationId: upload
              requestBody: {required: true, content: {text/plain: {schema: {type: string}}}}
        """;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        out.reset();
        err.reset();
        return Main.commandLine(new House(
                        Map.of("PATH", "/usr/bin:/bin"),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Clock.systemUTC()))
                .execute(arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8).strip();
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8).strip();
    }

    private String file(int port, String pin) throws IOException {
        Files.writeString(folder.resolve("desk.yaml"), DESCRIPTION);
        return Files.writeString(folder.resolve("tools.yaml"), """
            sources:
              desk: {openapi: desk.yaml, base: "http://127.0.0.1:%d", allow-private: true}
            tools:
              find_ticket:
                from: desk
                only: {id: {matches: "T-[0-9]+"}}
              close_ticket: {from: desk%s}
            """.formatted(port, pin))
                .toString();
    }

    @Test
    void toolsAreListedPinnedAndCalled() throws IOException {
        List<String> asked = Collections.synchronizedList(new ArrayList<>());
        HttpServer desk = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        desk.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("{\"title\":\"It is broken\"}".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        desk.start();
        try {
            String file = file(desk.getAddress().getPort(), "");
            assertThat(run("tools", "list", file, "--text")).isZero();
            assertThat(out())
                    .contains("desk.find_ticket  not pinned  sha256:")
                    .contains("Finds a ticket.\\u{1b}[31m")
                    .contains("desk: left out PUT /files: its body is not JSON");
            assertThat(run("tools", "pin", file, "--json")).isZero();
            JsonNode pins = JsonMapper.shared().readTree(out());
            String pin = pins.path("close_ticket").stringValue();
            String pinned = file(desk.getAddress().getPort(), ", pin: '" + pin + "'");
            assertThat(run("tools", "list", pinned, "--json")).isZero();
            assertThat(JsonMapper.shared()
                            .readTree(out())
                            .path("tools")
                            .path(1)
                            .path("standing")
                            .stringValue())
                    .isEqualTo("pinned");
            assertThat(run("tools", "call", pinned, "find_ticket", "{\"id\": \"T-1\"}"))
                    .isZero();
            assertThat(out()).isEqualTo("{\"title\":\"It is broken\"}");
            assertThat(run("tools", "call", pinned, "find_ticket", "{\"id\": \"X\"}"))
                    .isEqualTo(ExitCode.USER.code());
            assertThat(err()).contains("find_ticket was not called: these arguments are not allowed here");
            assertThat(run("tools", "call", pinned, "close_ticket", "{\"id\": \"T-1\"}"))
                    .isEqualTo(ExitCode.USER.code());
            assertThat(err()).contains("it changes something; give --yes to approve this call: {\"id\":\"T-1\"}");
            assertThat(run("tools", "call", pinned, "close_ticket", "{\"id\": \"T-1\"}", "--yes", "--json"))
                    .isZero();
            assertThat(asked).containsExactly("GET /tickets/T-1", "DELETE /tickets/T-1");
            Files.writeString(
                    folder.resolve("desk.yaml"), DESCRIPTION.replace("Closes a ticket.", "Closes all tickets."));
            assertThat(run("tools", "list", pinned)).isZero();
            assertThat(out()).contains("desk.close_ticket  CHANGED");
            assertThat(run("tools", "call", pinned, "close_ticket", "{\"id\": \"T-1\"}", "--yes"))
                    .isEqualTo(ExitCode.USER.code());
            assertThat(err())
                    .contains("is described otherwise than was approved")
                    .contains(pin);
            assertThat(run("tools", "call", pinned, "close_tickets")).isEqualTo(ExitCode.USER.code());
            assertThat(err()).contains("did you mean close_ticket?");
        } finally {
            desk.stop(0);
        }
    }
}
