package io.stoa.cli;

import io.stoa.assess.Quantizer;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.dataset.HubSettings;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.engine.llama.LogSink;
import io.stoa.engine.remote.RemoteEngine;
import io.stoa.engine.supervised.SupervisedEngine;
import io.stoa.hardware.machine.OtherLoad;
import io.stoa.hardware.machine.ThisMachine;
import io.stoa.model.Candidate;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What every command may need, made when it is first needed: loading llama.cpp takes time that `--help` should not. */
final class House {
    private static final Duration REMOTE_TIMEOUT = Duration.ofSeconds(60);

    private static final Path ROOT = Path.of("/");

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;
    private final Terminal terminal;
    private final Clock clock;
    private Optional<LlamaRuntime> llama = Optional.empty();

    House(Map<String, String> environment, PrintStream out, PrintStream err, Clock clock) {
        this.environment = Map.copyOf(environment);
        this.out = out;
        this.err = err;
        this.terminal = Terminal.detect(environment);
        this.clock = clock;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    Terminal terminal() {
        return terminal;
    }

    Clock clock() {
        return clock;
    }

    /** The version of Stoa, written into the jar by the build. */
    static String version() {
        try (InputStream in = House.class.getResourceAsStream("version.txt")) {
            if (in == null) {
                throw StoaException.bug("the build left version.txt out");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.BUG, "version.txt cannot be read", e);
        }
    }

    /** llama.cpp, loaded at the first call. */
    LlamaRuntime llama() {
        LlamaRuntime runtime = llama.orElseGet(() -> {
            return LlamaRuntime.load(LlamaRuntime.libraryPlace(environment, natives()), LogSink.systemLogger());
        });
        llama = Optional.of(runtime);
        return runtime;
    }

    /** The environment. */
    Map<String, String> environment() {
        return environment;
    }

    /** An environment variable. */
    Optional<String> environment(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    /** The key in an environment variable that an option names. */
    String key(String variable) {
        return environment(variable)
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> StoaException.user(
                        "--key-env " + variable + ": that environment variable is not set; set it to the key"));
    }

    /**
     * A model in a process of its own: {@code stoa engine} on this very Java and these very files, started again
     * whenever it dies.
     */
    static SupervisedEngine supervised(Path gguf, int contextTokens, int threads, int slots) {
        return supervised(gguf, contextTokens, threads, slots, "127.0.0.1:0", List.of());
    }

    /** The same at an address, which is the same after every start, with further options of {@code stoa engine}. */
    static SupervisedEngine supervised(
            Path gguf, int contextTokens, int threads, int slots, String listen, List<String> more) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Java has little to do there; weights and caches are native memory.
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xlog:disable", "-Xlog:all=error:stderr"));
        command.add("-Dstoa.natives=" + natives());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of("engine", "--model", gguf.toString(), "--listen", listen));
        command.addAll(List.of("--context", Integer.toString(contextTokens)));
        command.addAll(List.of("--threads", Integer.toString(threads), "--slots", Integer.toString(slots)));
        command.addAll(List.of("--key-env", SupervisedEngine.KEY_VARIABLE, "--until-input-ends", "--json"));
        command.addAll(more);
        return SupervisedEngine.start(command);
    }

    private static Path natives() {
        return Path.of(System.getProperty("stoa.natives", "natives"));
    }

    /** The folder of this distribution, which holds {@code lib} and {@code natives}. */
    static Path distribution() {
        Path folder = natives().toAbsolutePath().normalize().getParent();
        return folder == null ? ROOT : folder;
    }

    /** The machine at hand. */
    static ThisMachine thisMachine() {
        return new ThisMachine(ROOT);
    }

    /** What other processes take of it. */
    static OtherLoad otherLoad() {
        return new OtherLoad(ROOT);
    }

    /** One thread less than there are cores: with all of them busy, generation is many times slower. */
    static int threads() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    }

    /** Where what can be had again is kept for whoever runs this. */
    Path cache() {
        return environment("XDG_CACHE_HOME")
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("stoa");
    }

    /** What calibration found about this machine's speed. */
    SpeedCalibration speedCalibration() {
        return new SpeedCalibration(cache().resolve("speed.json"), thisMachine(), llama().version());
    }

    /** The Hub's datasets. */
    HubDatasets hub() {
        return new HubDatasets(hubSettings());
    }

    /** How the Hub is reached. */
    HubSettings hubSettings() {
        return HubSettings.from(environment, cache().resolve("datasets"));
    }

    /** A new engine for a candidate; whoever asks closes it. */
    Engine open(Candidate candidate, EngineOptions options) {
        return switch (candidate) {
            case Candidate.GgufFile file -> llama().open(file.path(), options);
            case Candidate.RemoteModel remote ->
                new RemoteEngine(remote, REMOTE_TIMEOUT, environment, clock, new SecureRandom());
        };
    }

    /** What makes quantized variants. */
    Quantizer quantizer() {
        return new Quantizer() {
            @Override
            public String by() {
                return llama().version();
            }

            @Override
            public Optional<String> typeOf(GgufHeader header) {
                return LlamaRuntime.quantizationOf(header);
            }

            @Override
            public void quantize(Path from, Path to, String type) {
                llama().quantize(from, to, type, Runtime.getRuntime().availableProcessors());
            }
        };
    }
}
