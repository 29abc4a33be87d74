package io.stoa.engine.remote;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineContract;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.engine.serve.EngineServer;
import io.stoa.engine.serve.Listen;
import io.stoa.engine.serve.ServerOptions;
import io.stoa.model.Candidate;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;

/** A remote engine whose endpoint is a {@code stoa engine}: everything, over HTTP. */
final class OwnServerContractTest extends EngineContract {
    private final LlamaRuntime runtime =
            LlamaRuntime.load(Path.of(System.getProperty("stoa.natives")), (level, line) -> {});
    private final Engine served =
            runtime.open(Path.of("../examples/quickstart/models/micro.gguf"), EngineOptions.serving(512, 1, 4));
    private final EngineServer server = EngineServer.start(
            served, new ServerOptions(new Listen.Tcp("127.0.0.1", 0), "m", Map.of(), Optional.empty(), false));

    @Override
    protected double noise() {
        return 0.05;
    }

    @Override
    protected Engine open() {
        return new RemoteEngine(
                new Candidate.RemoteModel(
                        "own",
                        URI.create(server.address() + "/v1"),
                        "m",
                        Optional.empty(),
                        List.of(),
                        Optional.empty()),
                Duration.ofSeconds(20),
                Map.of(),
                Clock.systemUTC(),
                new Random(1));
    }

    @AfterEach
    void stop() {
        server.close();
        served.close();
    }
}
