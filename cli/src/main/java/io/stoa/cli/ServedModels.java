package io.stoa.cli;

import io.stoa.engine.supervised.SupervisedEngine;
import io.stoa.gateway.input.GatewayFile.Model;
import io.stoa.gateway.input.GatewayFile.RouteEntry;
import io.stoa.gateway.input.GatewayFile.TierEntry;
import io.stoa.gateway.upstream.Target;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The engines that a gateway runs for its local tiers, each in a process of its own at a port that stays the same. Tiers
 * that want the same of the same file share one; engines that nobody wants any more are ended.
 */
final class ServedModels implements AutoCloseable {
    /** Where nobody answers, for a tier whose file is not there: its standing says so, and it is not asked. */
    private static final URI NOWHERE = URI.create("http://127.0.0.1:9");

    private final Map<Wanted, Running> running = new LinkedHashMap<>();
    private final Map<String, String> keys = new ConcurrentHashMap<>();
    private int started;

    /** An engine with its settings. */
    private record Wanted(String candidate, Path file, int contextTokens, int slots, int threads) {}

    private record Running(SupervisedEngine engine, Target target) {}

    /**
     * Where a tier answers; its engine is started when it is not running.
     *
     * @param file its model, for a local tier
     */
    synchronized Target target(RouteEntry route, TierEntry tier, Optional<Path> file) {
        return switch (tier.model()) {
            case Model.Upstream(Target target) -> target;
            case Model.Local local ->
                file.filter(Files::isRegularFile)
                        .map(path -> running.computeIfAbsent(wanted(path, tier, local), this::start)
                                .target())
                        .orElseGet(() -> new Target(NOWHERE, route.name() + "." + tier.name(), Optional.empty()));
        };
    }

    private static Wanted wanted(Path file, TierEntry tier, Model.Local local) {
        return new Wanted(
                tier.candidate(),
                file,
                tier.contextTokens(),
                local.slots(),
                local.threads().orElseGet(House::threads));
    }

    private Running start(Wanted wanted) {
        // More than one engine may run the same candidate, with other settings; its key is the engine's own.
        String variable = "STOA_KEY_OF_ENGINE_" + ++started;
        SupervisedEngine engine = House.supervised(
                wanted.file(),
                wanted.contextTokens(),
                wanted.threads(),
                wanted.slots(),
                "127.0.0.1:" + freePort(),
                List.of("--alias", wanted.candidate()));
        keys.put(variable, engine.key());
        return new Running(engine, new Target(engine.address(), wanted.candidate(), Optional.of(variable)));
    }

    /** A port that is free now; whoever takes it in the meantime makes the engine's start fail, which says so. */
    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, "no port is free on this machine's loopback", e);
        }
    }

    /** The key of a local engine, by the variable that its target names. */
    Optional<String> key(String variable) {
        return Optional.ofNullable(keys.get(variable));
    }

    /** Ends the engines that none of these targets is. */
    synchronized void keepOnly(Set<Target> targets) {
        running.entrySet().removeIf(entry -> {
            Running each = entry.getValue();
            boolean unwanted = !targets.contains(each.target());
            if (unwanted) {
                each.engine().close();
                each.target().keyVariable().ifPresent(keys::remove);
            }
            return unwanted;
        });
    }

    @Override
    public void close() {
        keepOnly(Set.of());
    }
}
