package io.stoa.integration.tool.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelcontextprotocol.server.McpSyncServer;
import io.stoa.integration.tool.Credential;
import io.stoa.integration.tool.Outbound;
import io.stoa.integration.tool.Pin;
import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Against a server of the protocol's official SDK, as a child process and over HTTP, and against servers that misbehave. */
@Timeout(120)
class McpServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final AtomicReference<Optional<McpServer>> opened = new AtomicReference<>(Optional.empty());

    @AfterEach
    void close() {
        opened.get().ifPresent(McpServer::close);
    }

    private McpServer opened(McpServer server) {
        opened.set(Optional.of(server));
        return server;
    }

    private static ObjectNode text(String value) {
        return JsonMapper.shared().createObjectNode().put("text", value);
    }

    private static Tool pinned(McpServer server, String name) {
        McpDefinition definition = server.definitions(PATIENCE).stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        return server.tool(name, name, definition.pin(), Effects.EACH_CALL, PATIENCE);
    }

    private McpServer child(McpLimits limits) {
        Launch launch = Launch.of(
                SdkServer.command(folder.resolve("notes")),
                folder,
                List.of("STOA_ALLOWED"),
                Map.of("PATH", "/usr/bin:/bin", "STOA_ALLOWED", "yes", "STOA_SECRET", "no"));
        return opened(McpServer.started("test", launch, limits));
    }

    /** All that holds whatever the transport is. */
    private void isUsable(McpServer server) throws IOException {
        assertThat(server.definitions(PATIENCE))
                .extracting(McpDefinition::name)
                .contains("echo", "note", "environment", "long", "fail", "wait", "die", "turn", "vanish");
        Tool echo = pinned(server, "echo");
        assertThat(echo.description().text()).isEqualTo("Says it again.");
        assertThat(echo.objection(PATIENCE)).isEmpty();
        assertThat(echo.call(text("grüße\n\"x\""), "e", PATIENCE)).isEqualTo("grüße\n\"x\"");
        assertThat(pinned(server, "note").call(text("one"), "e", PATIENCE)).isEqualTo("noted");
        assertThat(Files.readString(folder.resolve("notes"))).isEqualTo("one\n");
        assertThat(pinned(server, "fail").call(text(""), "e", PATIENCE))
                .startsWith("The tool reports an error: ")
                .contains("it is broken");
        Tool vanishing = pinned(server, "long");
        server.call("vanish", text("long"), "e", PATIENCE);
        assertThat(vanishing.objection(PATIENCE)).contains("the MCP server test no longer offers the tool \"long\"");
        Pin approved = pinned(server, "echo").objection(PATIENCE).isEmpty()
                ? Pin.of("echo", "Says it again.", echo.description().parameters())
                : Pin.parse("");
        server.call("turn", text("echo"), "e", PATIENCE);
        assertThat(echo.objection(PATIENCE).orElseThrow())
                .contains("the MCP server test defines the tool \"echo\" otherwise than was approved")
                .contains("approved was " + approved)
                .contains("stoa tools list");
        assertThatThrownBy(() -> server.tool("echo", "echo", approved, Effects.NONE, PATIENCE))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("its pin is now sha256:");
        assertThatThrownBy(() -> server.tool("ecko", "echo", approved, Effects.NONE, PATIENCE))
                .hasMessage("the MCP server test offers no tool \"ecko\"; did you mean echo?");
    }

    @Test
    void aServerOfTheOfficialSdkAsAChild() throws IOException {
        McpServer server = child(McpLimits.DEFAULT);
        String environment = pinned(server, "environment").call(text(""), "e", PATIENCE);
        assertThat(environment).contains("PATH", "STOA_ALLOWED").doesNotContain("STOA_SECRET", "HOME", "JAVA_HOME");
        isUsable(server);
        Tool waiting = pinned(server, "wait");
        assertThatThrownBy(() -> waiting.call(text("20000"), "e", Duration.ofMillis(200)))
                .isInstanceOfSatisfying(
                        StoaException.class,
                        hanging -> assertThat(hanging.kind()).isEqualTo(StoaException.Kind.ENGINE))
                .hasMessageContaining("does not answer within 200 ms");
        assertThatThrownBy(() -> pinned(server, "die").call(text(""), "e", PATIENCE))
                .hasMessageContaining("the MCP server test ended")
                .hasMessageContaining("about to die");
        assertThat(pinned(server, "echo").call(text("again"), "e", PATIENCE))
                .as("it is started anew")
                .isEqualTo("again");
    }

    @Test
    void anAnswerThatIsTooLargeEndsIt() {
        McpServer server = child(new McpLimits(Duration.ofSeconds(30), 100_000, 1 << 20, 100, 5));
        assertThatThrownBy(() -> pinned(server, "long").call(text("x"), "e", PATIENCE))
                .hasMessageContaining("sends a message of more than 100000 bytes");
    }

    @Test
    void aServerOfTheOfficialSdkOverHttp() throws IOException, LifecycleException {
        Logger logger = Logger.getLogger("org.apache");
        logger.setLevel(Level.OFF);
        Tomcat tomcat = new Tomcat();
        tomcat.setSilent(true);
        tomcat.setBaseDir(folder.resolve("tomcat").toString());
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(0);
        Context context = tomcat.addContext("", folder.toString());
        AtomicReference<McpSyncServer> self = new AtomicReference<>();
        Wrapper wrapper = Tomcat.addServlet(context, "mcp", SdkServer.servlet(folder.resolve("notes"), self));
        wrapper.setAsyncSupported(true);
        wrapper.addMapping("/*");
        tomcat.getConnector();
        tomcat.start();
        try {
            URI address = URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/mcp");
            Credential token = Credential.of("Authorization", "a-token");
            isUsable(opened(
                    McpServer.reached("test", new Outbound(address, true, Optional.of(token)), McpLimits.DEFAULT)));
            assertThatThrownBy(() -> new Outbound(address, false, Optional.empty()))
                    .hasMessageContaining("only https addresses are called");
        } finally {
            self.get().close();
            tomcat.stop();
            tomcat.destroy();
        }
    }

    private static final String HELLO = "read l; echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":"
            + "\"2025-06-18\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"x\",\"version\":\"1\"}}}';"
            + " read l; ";

    private McpServer shell(String script) {
        McpLimits limits = new McpLimits(Duration.ofSeconds(1), 10_000, 50_000, 20, 2);
        return opened(McpServer.started(
                "bad", new Launch(List.of("/bin/sh", "-c", script), folder, Map.of("PATH", "/usr/bin:/bin")), limits));
    }

    private void isRefused(String script, String because) {
        McpServer server = shell(script);
        long start = System.nanoTime();
        assertThatThrownBy(() -> server.definitions(Duration.ofSeconds(1)))
                .isInstanceOfSatisfying(
                        StoaException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(StoaException.Kind.ENGINE))
                .hasMessageContaining("the MCP server bad ")
                .hasMessageContaining(because);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        server.close();
    }

    @Test
    void serversThatMisbehaveAreRefusedInTime() {
        isRefused("sleep 60", "does not answer within 1000 ms");
        isRefused("echo 'no such module' >&2; exit 1", "ended");
        isRefused("cat /dev/zero", "sends a message of more than 10000 bytes");
        isRefused("yes", "writes to its standard output what is no message");
        isRefused(
                HELLO + "while :; do echo '{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}'; done",
                "bytes that nobody asked for");
        isRefused(
                "read l; echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"1999\","
                        + "\"capabilities\":{\"tools\":{}}}}'; sleep 60",
                "speaks version \"1999\"");
        isRefused(
                "read l; echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-06-18\","
                        + "\"capabilities\":{}}}'; sleep 60",
                "offers no tools");
        isRefused(
                HELLO + "read l; echo '{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":1}}'; sleep 60", "no result");
        isRefused(
                HELLO
                        + "read l; echo '{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\":[{\"name\":\"a\"}]}}';"
                        + " sleep 9",
                "offers a tool without a name or an inputSchema");
        isRefused(
                HELLO + "read l; echo '{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\":[{\"name\":\"a\","
                        + "\"inputSchema\":{}},{\"name\":\"a\",\"inputSchema\":{}}]}}'; sleep 60",
                "offers two tools named \"a\"");
        isRefused(
                HELLO + "i=2; while read l; do echo \"{\\\"jsonrpc\\\":\\\"2.0\\\",\\\"id\\\":$i,\\\"result\\\":"
                        + "{\\\"tools\\\":[],\\\"nextCursor\\\":\\\"x\\\"}}\"; i=$((i+1)); done",
                "its list does not end");
        isRefused(
                HELLO + "read l; echo '{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\":[{\"name\":\"a\","
                        + "\"inputSchema\":" + "{\"a\":".repeat(150) + "{}" + "}".repeat(150) + "}]}}'; sleep 60",
                "does not answer");
    }

    @Test
    void aServerIsOfferedNothing() {
        McpServer server = shell(HELLO
                + "echo '{\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"method\":\"sampling/createMessage\",\"params\":{}}';"
                + " echo '{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}';"
                // The client answers as it reads, so its own question may come before, between or after its answers.
                + " read one; read two; read three;"
                + " echo \"$one$two$three\" > answers;"
                + " echo '{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\":[]}}'; sleep 60");
        assertThat(server.definitions(PATIENCE)).isEmpty();
        assertThat(folder.resolve("answers"))
                .content()
                .contains("{\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"error\":{\"code\":-32601,\"message\":\"not offered\"}}")
                .contains("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
    }

    @Test
    void aServerThatEndsEachTimeIsNotStartedForEver() {
        McpServer server = shell("echo x >> starts; exit 1");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> server.definitions(PATIENCE)).isInstanceOf(StoaException.class);
        }
        assertThatThrownBy(() -> server.definitions(PATIENCE))
                .hasMessageContaining("was started 2 times within a minute");
        assertThat(folder.resolve("starts")).hasContent("x\nx");
    }

    @Test
    void whatCannotBeStartedIsNamed() {
        McpServer server =
                McpServer.started("gone", new Launch(List.of("/no/such/program"), folder, Map.of()), McpLimits.DEFAULT);
        assertThatThrownBy(() -> server.definitions(PATIENCE))
                .hasMessageContaining("the MCP server gone: /no/such/program cannot be started");
        assertThatThrownBy(() -> Launch.of(List.of("x"), folder, List.of("NO_SUCH"), Map.of()))
                .hasMessageContaining("the environment variable NO_SUCH");
    }

    @Test
    void whatAServerStartedEndsWithIt() throws InterruptedException, IOException {
        McpServer server = shell(HELLO + "sleep 300 & echo $! > child; read l;"
                + " echo '{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\":[]}}'; trap '' TERM; sleep 300");
        server.definitions(PATIENCE);
        long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
        assertThat(ProcessHandle.of(child)).isPresent();
        server.close();
        for (int i = 0;
                i < 200
                        && ProcessHandle.of(child)
                                .filter(ProcessHandle::isAlive)
                                .isPresent();
                i++) {
            Thread.sleep(50);
        }
        assertThat(ProcessHandle.of(child).filter(ProcessHandle::isAlive)).isEmpty();
    }
}
