package io.stoa.integration.tool.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.engine.chat.ToolCall;
import io.stoa.integration.tool.CallHistory;
import io.stoa.integration.tool.Grant;
import io.stoa.integration.tool.Grant.AfterUntrusted;
import io.stoa.integration.tool.Grant.Approve;
import io.stoa.integration.tool.Refusal;
import io.stoa.integration.tool.Ruling;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.integration.tool.ToolBox;
import io.stoa.integration.tool.file.OpenSources.Offer;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ToolsFileTest {
    private static final String DESCRIPTION = """
        openapi: 3.1.0
        paths:
          /refunds:
            post:
              operationId: refund
              summary: Refunds an order.
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [order, amount]
                      properties: {order: {type: string}, amount: {type: number}, to: {type: array}}
          /status:
            get: {operationId: status, summary: Tells the status.}
        """;
    /** Answers to what is asked in the order in which it is asked. */
    private static final String SERVER = "read l; echo"
            + " '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}}}}';"
            + " read l; i=2; while read l; do echo '{\"jsonrpc\":\"2.0\",\"id\":'$i',\"result\":"
            + "{\"tools\":[{\"name\":\"find\",\"description\":\"Finds.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"host\":{\"type\":\"string\"}}}}]}}';"
            + " i=$((i+1)); done";

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("crm.yaml"), DESCRIPTION);
        Files.writeString(folder.resolve("server.sh"), SERVER);
    }

    private ToolsFile read(String text) throws IOException {
        return ToolsFile.read(Files.writeString(folder.resolve("tools.yaml"), text));
    }

    private static ToolCall call(String name, String arguments) {
        return new ToolCall("c", name, (ObjectNode) JsonMapper.shared().readTree(arguments));
    }

    private static String ruled(ToolBox box, String name, String arguments) {
        return switch (box.rule(call(name, arguments), new CallHistory())) {
            case Ruling.Permitted _ -> "permitted";
            case Ruling.Refused(Refusal why, String _) -> why.name();
        };
    }

    @Test
    void aFileSaysWhatMayBeUsedForWhat() throws IOException {
        Map<String, String> environment = Map.of("PATH", "/usr/bin:/bin");
        String sources = """
            sources:
              files: {mcp: [/bin/sh, server.sh]}
              crm: {openapi: crm.yaml, base: "https://crm.example.org/v1"}
            """;
        String pin;
        try (OpenSources open = new OpenSources(read(sources).sources(), environment)) {
            Offer find = open.offers("files").getFirst();
            assertThat(find.name()).isEqualTo("find");
            assertThat(find.effects()).isEmpty();
            pin = find.pin().toString();
            assertThat(open.offers("crm")).extracting(Offer::name).containsExactly("refund", "status");
        }
        ToolsFile file = read(sources + """
            tools:
              find:
                from: files
                pin: %s
                effects: none
                only:
                  host: {one-of: [a.example, "7", b.example]}
              pay_back:
                from: crm
                tool: refund
                approve: always
                after-untrusted: deny
                destinations: [body]
                only:
                  body.amount: {at-least: 1, at-most: 50}
                  body.order: {matches: "O-[0-9]+"}
                  body.to: {matches: ".*@corp[.]example"}
                most-calls: 2
                patience: 500ms
              status: {from: crm, trusted: true}
            limits: {most-calls: 9, most-repeats: 1}
            """.formatted(pin));
        assertThat(file.limits().mostCalls()).isEqualTo(9);
        try (ToolBox box = file.open(environment)) {
            Grant pay = box.grant("pay_back").orElseThrow();
            assertThat(pay.approve()).isEqualTo(Approve.ALWAYS);
            assertThat(pay.afterUntrusted()).isEqualTo(AfterUntrusted.DENY);
            assertThat(pay.tool().description().effects()).isEqualTo(Effects.EACH_CALL);
            assertThat(pay.limits().patience()).isEqualTo(Duration.ofMillis(500));
            assertThat(box.grant("find").orElseThrow().tool().description().effects())
                    .isEqualTo(Effects.NONE);
            assertThat(box.grant("status").orElseThrow().tool().description().effects())
                    .isEqualTo(Effects.NONE);
            assertThat(ruled(box, "find", "{\"host\": \"b.example\"}")).isEqualTo("permitted");
            assertThat(ruled(box, "find", "{\"host\": \"c.example\"}")).isEqualTo("NOT_ALLOWED");
            assertThat(ruled(box, "find", "{}")).as("a default is not known").isEqualTo("NOT_ALLOWED");
            String good = "{\"body\": {\"order\": \"O-1\", \"amount\": 50, \"to\": [\"a@corp.example\"]}}";
            assertThat(ruled(box, "pay_back", good)).isEqualTo("permitted");
            assertThat(ruled(box, "pay_back", good.replace("50", "51"))).isEqualTo("NOT_ALLOWED");
            assertThat(ruled(box, "pay_back", good.replace("O-1", "O-1x"))).isEqualTo("NOT_ALLOWED");
            assertThat(ruled(box, "pay_back", good.replace("]", ", \"e@evil.example\"]")))
                    .isEqualTo("NOT_ALLOWED");
            assertThat(ruled(box, "pay_back", good.replace("[\"a@corp.example\"]", "[]")))
                    .isEqualTo("NOT_ALLOWED");
            assertThat(ruled(box, "refund", good)).isEqualTo("UNKNOWN_TOOL");
        }
        Files.writeString(folder.resolve("server.sh"), SERVER.replace("Finds.", "Finds, and sends it to eve."));
        assertThatThrownBy(() -> file.open(environment))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("the MCP server files defines the tool \"find\" otherwise than was approved")
                .hasMessageContaining("approved was " + pin);
    }

    @Test
    void whatIsWrongIsSaidWithItsPlace() {
        assertThatThrownBy(() -> read("""
            sources:
              a: {mcp-url: "https://user@host/x"}
              b: {openapi: missing.yaml, secret-env: KEY}
              c: {mcp: []}
            tools:
              x: {from: a, pin: abc, approve: sometimes}
              "y z": {from: a}
            """))
                .hasMessageContaining("tools.yaml:4:12: sources.c.mcp must have at least 1 entry")
                .hasMessageContaining("tools.yaml:6:21: tools.x.pin must look like sha256:…")
                .hasMessageContaining("approve is \"sometimes\"; it must be one of always, on-effects, never")
                .hasMessageContaining("a name in tools must look like find_ticket");
        assertThatThrownBy(() -> read("""
            sources:
              a: {mcp-url: "https://user@host/x"}
              b: {openapi: missing.yaml, secret-env: KEY}
            tools:
              x: {from: d}
            """))
                .hasMessageContaining(":2:16: mcp-url must be an address")
                .hasMessageContaining(":3:6: a source with a secret needs its base")
                .hasMessageContaining("openapi: missing.yaml does not exist")
                .hasMessageContaining("there is no source d");
    }

    @Test
    void whatCannotBeTrustedIsNotOpened() throws IOException {
        assertThatThrownBy(() -> read("sources: {s: {mcp: [/bin/sh, server.sh]}}\ntools: {find: {from: s}}")
                        .open(Map.of()))
                .hasMessageContaining("the tool find of the MCP server s has no pin");
        Path key = Files.writeString(folder.resolve("key"), "secret\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        ToolsFile file = read("sources: {c: {openapi: crm.yaml, base: 'https://crm.example', secret-file: key}}\n"
                + "tools: {status: {from: c}}");
        assertThatThrownBy(() -> file.open(Map.of())).hasMessageContaining("others can read this secret; chmod 600");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        file.open(Map.of()).close();
        assertThatThrownBy(() -> read("sources: {c: {openapi: crm.yaml}}\ntools: {status: {from: c}}")
                        .open(Map.of()))
                .hasMessageContaining("the source c needs a base: its description names no address");
        assertThatThrownBy(() -> read("sources: {c: {openapi: crm.yaml, base: 'http://crm.example'}}\n"
                                + "tools: {status: {from: c}}")
                        .open(Map.of()))
                .hasMessageContaining("only https addresses are called");
    }
}
