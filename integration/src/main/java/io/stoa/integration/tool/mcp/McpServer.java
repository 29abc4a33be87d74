package io.stoa.integration.tool.mcp;

import io.stoa.integration.tool.ForeignJson;
import io.stoa.integration.tool.Outbound;
import io.stoa.integration.tool.Pin;
import io.stoa.integration.tool.Rate;
import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An MCP server (Model Context Protocol, versions 2024-11-05 to 2025-11-25), of which only its tools are used. It is
 * connected to when it is first needed, and again after it died, hung or flooded, a few times. It is not trusted: what it
 * sends is bounded, it is offered nothing, and the definition of each tool is compared with its pin before each call,
 * since servers may change definitions after they were approved.
 *
 * <p>For several threads.
 */
public final class McpServer implements AutoCloseable {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String NEWEST = "2025-11-25";
    private static final Set<String> KNOWN = Set.of("2024-11-05", "2025-03-26", "2025-06-18", NEWEST);
    private static final int MOST_PAGES = 50;

    private final String name;
    private final McpLimits limits;
    private final Supplier<Connection> connecting;
    private final Optional<Outbound> outbound;
    private final AtomicLong ids = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Rate starts;
    private Optional<Connection> connection = Optional.empty();
    private boolean closed;

    private McpServer(String name, McpLimits limits, Optional<Outbound> outbound, Supplier<Connection> connecting) {
        this.name = name;
        this.limits = limits;
        this.outbound = outbound;
        this.connecting = connecting;
        this.starts = new Rate(limits.mostStarts(), InstantSource.system());
    }

    /**
     * A server that runs as a child process.
     *
     * @param name for people
     */
    public static McpServer started(String name, Launch launch, McpLimits limits) {
        return new McpServer(name, limits, Optional.empty(), () -> new StdioConnection(name, launch, limits));
    }

    /**
     * A server that is reached over HTTP; closing it closes what it is reached by.
     *
     * @param name for people
     */
    public static McpServer reached(String name, Outbound outbound, McpLimits limits) {
        return new McpServer(name, limits, Optional.of(outbound), () -> new HttpConnection(name, outbound, limits));
    }

    public String name() {
        return name;
    }

    /** What it offers now, in its order. */
    public List<McpDefinition> definitions(Duration patience) {
        // Listing has no effect, so that a connection that has died since may be made anew for it.
        boolean reused = lockedConnection().isPresent();
        try {
            return listed(patience);
        } catch (StoaException e) {
            if (!reused || e.kind() != StoaException.Kind.ENGINE) {
                throw e;
            }
            return listed(patience);
        }
    }

    private Optional<Connection> lockedConnection() {
        lock.lock();
        try {
            return connection;
        } finally {
            lock.unlock();
        }
    }

    private List<McpDefinition> listed(Duration patience) {
        Connection through = connected();
        SequencedMap<String, McpDefinition> found = new LinkedHashMap<>();
        Optional<String> cursor = Optional.empty();
        for (int page = 0; page == 0 || cursor.isPresent(); page++) {
            ObjectNode parameters = JSON.objectNode();
            cursor.ifPresent(at -> parameters.put("cursor", at));
            JsonNode result = result(ask(through, "tools/list", parameters, patience));
            for (JsonNode tool : result.path("tools")) {
                McpDefinition definition = definition(tool);
                if (found.put(definition.name(), definition) != null) {
                    throw misbehaves("offers two tools named \"" + definition.name() + "\"");
                }
            }
            cursor = Optional.ofNullable(result.path("nextCursor").stringValue(null));
            if (found.size() > limits.mostTools() || page > MOST_PAGES) {
                throw misbehaves("offers more than " + limits.mostTools() + " tools, or its list does not end");
            }
        }
        return new ArrayList<>(found.values());
    }

    private McpDefinition definition(JsonNode tool) {
        String itsName = tool.path("name").stringValue("");
        if (itsName.isBlank() || !(tool.path("inputSchema") instanceof ObjectNode parameters)) {
            throw misbehaves("offers a tool without a name or an inputSchema");
        }
        ObjectNode hints = tool.path("annotations") instanceof ObjectNode given ? given : JSON.objectNode();
        return new McpDefinition(itsName, tool.path("description").stringValue(""), parameters, hints);
    }

    /**
     * A tool of it, as it is defined now.
     *
     * @param itsName by the server
     * @param as the name that a model calls it by
     * @param pin the definition that was approved
     * @param effects what calling it does; the server's own hints are not believed
     * @throws StoaException of kind {@code USER} when it offers no such tool, or one that is not the pinned one
     */
    public Tool tool(String itsName, String as, Pin pin, Effects effects, Duration patience) {
        List<McpDefinition> offered = definitions(patience);
        McpDefinition definition = offered.stream()
                .filter(each -> each.name().equals(itsName))
                .findFirst()
                .orElseThrow(() -> StoaException.user("the MCP server " + name + " offers no tool \"" + itsName + "\""
                        + Spelling.hint(
                                        itsName,
                                        offered.stream()
                                                .map(McpDefinition::name)
                                                .toList())
                                .orElse("")));
        changed(itsName, pin, Optional.of(definition)).ifPresent(why -> {
            throw StoaException.user(why);
        });
        Tool.Description described = new Tool.Description(as, definition.text(), definition.parameters(), effects);
        return new McpTool(this, itsName, pin, described);
    }

    /** Why a tool is not the pinned one. */
    Optional<String> changed(String itsName, Pin pin, Optional<McpDefinition> now) {
        if (now.isEmpty()) {
            return Optional.of("the MCP server " + name + " no longer offers the tool \"" + itsName + "\"");
        }
        return now.get().pin().equals(pin)
                ? Optional.empty()
                : Optional.of("the MCP server " + name + " defines the tool \"" + itsName
                        + "\" otherwise than was approved: its pin is now "
                        + now.get().pin() + ", approved was "
                        + pin + "; read what it says now (`stoa tools list`), and put the new pin in the file if"
                        + " that is right");
    }

    Optional<String> changed(String itsName, Pin pin, Duration patience) {
        return changed(
                itsName,
                pin,
                definitions(patience).stream()
                        .filter(each -> each.name().equals(itsName))
                        .findFirst());
    }

    /** Calls a tool, whatever its pin: for a person who tries it. */
    public String call(String itsName, ObjectNode arguments, String effect, Duration patience) {
        ObjectNode parameters = JSON.objectNode().put("name", itsName);
        parameters.set("arguments", arguments);
        parameters.putObject("_meta").put("io.stoa/effect", effect);
        JsonNode answer = ask(connected(), "tools/call", parameters, patience);
        if (answer.path("error").isObject()) {
            return "The tool reports an error: "
                    + answer.path("error").path("message").asString("unknown");
        }
        JsonNode result = result(answer);
        String text = text(result);
        return result.path("isError").booleanValue(false) ? "The tool reports an error: " + text : text;
    }

    private static String text(JsonNode result) {
        JsonNode content = result.path("content");
        if (content.isEmpty() && result.has("structuredContent")) {
            return result.path("structuredContent").toString();
        }
        return content.valueStream().map(McpServer::part).collect(Collectors.joining("\n"));
    }

    private static String part(JsonNode part) {
        String kind = part.path("type").stringValue("");
        String type = ForeignJson.firstLine(part.path("mimeType").stringValue("of unknown type"));
        return switch (kind) {
            case "text" -> part.path("text").stringValue("");
            case "resource" -> part.path("resource").path("text").stringValue("(a resource that is no text)");
            case "resource_link" ->
                "(a link to " + ForeignJson.firstLine(part.path("uri").stringValue("")) + ")";
            default -> "(" + ForeignJson.firstLine(kind) + ", " + type + ", which is no text)";
        };
    }

    private JsonNode ask(Connection through, String method, ObjectNode parameters, Duration patience) {
        long id = ids.incrementAndGet();
        ObjectNode request =
                JSON.objectNode().put("jsonrpc", "2.0").put("id", id).put("method", method);
        request.set("params", parameters);
        return through.ask(id, request, patience);
    }

    private JsonNode result(JsonNode answer) {
        JsonNode result = answer.path("result");
        if (!result.isObject()) {
            throw misbehaves("answers with an error: "
                    + ForeignJson.firstLine(answer.path("error").path("message").asString("no result")));
        }
        return result;
    }

    /** A connection over which both sides have introduced themselves. */
    private Connection connected() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the MCP server " + name + " is closed");
            }
            if (connection.filter(Connection::isOpen).isPresent()) {
                return connection.get();
            }
            connection.ifPresent(Connection::close);
            connection = Optional.empty();
            if (!starts.take()) {
                throw misbehaves("was started " + limits.mostStarts()
                        + " times within a minute and ended each time; see what is wrong with it");
            }
            Connection made = connecting.get();
            try {
                introduce(made);
            } catch (StoaException e) {
                made.close();
                throw e;
            }
            connection = Optional.of(made);
            return made;
        } finally {
            lock.unlock();
        }
    }

    private void introduce(Connection made) {
        ObjectNode parameters = JSON.objectNode().put("protocolVersion", NEWEST);
        parameters.putObject("capabilities");
        parameters.putObject("clientInfo").put("name", "stoa").put("version", "1");
        JsonNode result = result(ask(made, "initialize", parameters, limits.start()));
        String version = result.path("protocolVersion").stringValue("");
        if (!KNOWN.contains(version)) {
            throw misbehaves("speaks version \"" + ForeignJson.firstLine(version) + "\" of the protocol; known are "
                    + String.join(", ", KNOWN.stream().sorted().toList()));
        }
        if (!result.path("capabilities").path("tools").isObject()) {
            throw misbehaves("offers no tools");
        }
        made.agreedOn(version);
        made.tell(JSON.objectNode().put("jsonrpc", "2.0").put("method", "notifications/initialized"), limits.start());
    }

    private StoaException misbehaves(String what) {
        return StoaException.engine("the MCP server " + name + " " + what);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            connection.ifPresent(Connection::close);
            connection = Optional.empty();
            outbound.ifPresent(Outbound::close);
        } finally {
            lock.unlock();
        }
    }
}
