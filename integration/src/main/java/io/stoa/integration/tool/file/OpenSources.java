package io.stoa.integration.tool.file;

import io.stoa.integration.tool.Grant;
import io.stoa.integration.tool.Outbound;
import io.stoa.integration.tool.Pin;
import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.integration.tool.mcp.Launch;
import io.stoa.integration.tool.mcp.McpDefinition;
import io.stoa.integration.tool.mcp.McpLimits;
import io.stoa.integration.tool.mcp.McpServer;
import io.stoa.integration.tool.openapi.OpenApi;
import io.stoa.integration.tool.openapi.Operation;
import io.stoa.integration.tool.openapi.OperationTool;
import io.stoa.model.StoaException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.node.ObjectNode;

/** Sources that are started when they are first needed. Belongs to one thread. */
public final class OpenSources implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final SequencedMap<String, Source> sources;
    private final Map<String, String> environment;
    private final Map<String, McpServer> servers = new HashMap<>();
    private final Map<String, OpenApi> descriptions = new HashMap<>();
    private final Map<String, Outbound> outbounds = new HashMap<>();

    public OpenSources(SequencedMap<String, Source> sources, Map<String, String> environment) {
        this.sources = sources;
        this.environment = environment;
    }

    /**
     * What a source offers.
     *
     * @param name by the source
     * @param effects what it promises, where its promise counts
     */
    public record Offer(String name, String text, ObjectNode parameters, Pin pin, Optional<Effects> effects) {}

    /** All that a source offers now. */
    public List<Offer> offers(String source) {
        return switch (source(source)) {
            case Source.Child _, Source.Reached _ ->
                server(source).definitions(PATIENCE).stream()
                        .map(OpenSources::offer)
                        .toList();
            case Source.Described _ ->
                description(source).operations().values().stream()
                        .map(OpenSources::offer)
                        .toList();
        };
    }

    /** What of a source cannot be used, and why. */
    public Map<String, String> leftOut(String source) {
        return source(source) instanceof Source.Described ? description(source).leftOut() : Map.of();
    }

    private static Offer offer(McpDefinition definition) {
        return new Offer(
                definition.name(), definition.text(), definition.parameters(), definition.pin(), Optional.empty());
    }

    private static Offer offer(Operation operation) {
        return new Offer(
                operation.name(),
                operation.text(),
                operation.parameters(),
                operation.pin(),
                Optional.of(operation.effects()));
    }

    /**
     * A tool, and what it may be used for. Closing the tool closes its server.
     *
     * @param name that a model calls it by
     * @throws StoaException of kind {@code USER} when it is not pinned, or is not the pinned one
     */
    public Grant grant(String name, Wanted wanted) {
        Tool tool = switch (source(wanted.from())) {
            case Source.Child _, Source.Reached _ -> ofServer(name, wanted);
            case Source.Described described -> ofDescription(name, wanted, described);
        };
        return new Grant(
                tool,
                wanted.approve(),
                wanted.afterUntrusted(),
                wanted.narrowing(),
                wanted.destinations(),
                wanted.trusted(),
                wanted.limits());
    }

    private Tool ofServer(String name, Wanted wanted) {
        Pin pin = wanted.pin()
                .orElseThrow(() -> StoaException.user("the tool " + name + " of the MCP server " + wanted.from()
                        + " has no pin; read what it says (`stoa tools list`), and put its pin in the file"));
        return server(wanted.from())
                .tool(wanted.itsName(), name, pin, wanted.effects().orElse(Effects.EACH_CALL), PATIENCE);
    }

    private Tool ofDescription(String name, Wanted wanted, Source.Described described) {
        Operation operation = description(wanted.from()).operation(wanted.itsName());
        wanted.pin().filter(pin -> !pin.equals(operation.pin())).ifPresent(pin -> {
            throw StoaException.user("the tool " + name + " is described otherwise than was approved: its pin is now "
                    + operation.pin() + ", approved was " + pin
                    + "; read what it says now (`stoa tools list`), and put the new pin in the file if that is right");
        });
        return new OperationTool(
                operation,
                outbounds.computeIfAbsent(wanted.from(), source -> outbound(source, described)),
                name,
                wanted.effects().orElse(operation.effects()));
    }

    private Outbound outbound(String source, Source.Described described) {
        return new Outbound(
                base(source, described),
                described.privateAllowed(),
                described.secret().map(secret -> secret.read(environment)));
    }

    private URI base(String source, Source.Described described) {
        if (described.base().isPresent()) {
            return described.base().get();
        }
        List<String> named = description(source).servers();
        if (named.size() == 1 && named.getFirst().matches("https://[^{}\\s]{1,300}")) {
            return URI.create(named.getFirst());
        }
        throw StoaException.user("the source " + source + " needs a base: its description names "
                + (named.isEmpty() ? "no address" : String.join(", ", named)));
    }

    private Source source(String name) {
        return Optional.ofNullable(sources.get(name))
                .orElseThrow(() -> StoaException.user("there is no source " + name));
    }

    private OpenApi description(String source) {
        return descriptions.computeIfAbsent(source, name -> {
            if (source(name) instanceof Source.Described described) {
                return OpenApi.read(described.file());
            }
            throw StoaException.bug(name + " is no description");
        });
    }

    private McpServer server(String source) {
        return servers.computeIfAbsent(source, name -> switch (source(name)) {
            case Source.Child child ->
                McpServer.started(
                        name,
                        Launch.of(child.command(), child.folder(), child.passedOn(), environment),
                        McpLimits.DEFAULT);
            case Source.Reached reached ->
                McpServer.reached(
                        name,
                        new Outbound(
                                reached.address(),
                                reached.privateAllowed(),
                                reached.secret().map(secret -> secret.read(environment))),
                        McpLimits.DEFAULT);
            case Source.Described _ -> throw StoaException.bug(name + " is no server");
        });
    }

    /** Ends all servers and connections, also those of tools that were handed out. */
    @Override
    public void close() {
        servers.values().forEach(McpServer::close);
        outbounds.values().forEach(Outbound::close);
    }
}
