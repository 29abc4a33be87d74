package io.stoa.engine.supervised;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.engine.serve.EngineServer;
import io.stoa.engine.serve.Listen;
import io.stoa.engine.serve.ServerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code stoa engine} does, for tests of this module, which does not know the command line. */
final class ChildMain {
    private ChildMain() {}

    /** How to start it for a shipped model. */
    static List<String> command(String model, String... more) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dstoa.natives=" + System.getProperty("stoa.natives"),
                "-cp",
                System.getProperty("java.class.path"),
                ChildMain.class.getName(),
                "../examples/quickstart/models/" + model + ".gguf"));
        command.addAll(List.of(more));
        return command;
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length > 1) {
            System.err.println("told to fail");
            System.exit(7);
        }
        LlamaRuntime runtime = LlamaRuntime.load(Path.of(System.getProperty("stoa.natives")), (level, line) -> {});
        Optional<String> key = Optional.of(System.getenv(SupervisedEngine.KEY_VARIABLE));
        ServerOptions options = new ServerOptions(new Listen.Tcp("127.0.0.1", 0), "m", Map.of(), key, false);
        try (Engine engine = runtime.open(Path.of(arguments[0]), EngineOptions.serving(512, 1, 4));
                EngineServer server = EngineServer.start(engine, options)) {
            System.out.println("{\"address\": \"" + server.address() + "\"}");
            while (System.in.read() >= 0) {
                // Until the parent has gone.
            }
        }
        System.exit(0);
    }
}
