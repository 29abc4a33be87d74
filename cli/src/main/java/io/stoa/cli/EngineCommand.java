package io.stoa.cli;

import io.stoa.engine.Batching;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.engine.serve.EngineServer;
import io.stoa.engine.serve.Listen;
import io.stoa.engine.serve.ServerOptions;
import io.stoa.model.Progress;
import io.stoa.store.Artifacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "engine",
        description = {
            "Serve one GGUF model in this process over the OpenAI protocol, many callers at once.",
            "Answers /v1/chat/completions, /v1/completions (with echo and logprobs), /v1/embeddings, /v1/models,"
                    + " /tokenize, /detokenize and /health until it is stopped (Ctrl-C); answers in the making may end."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa engine --model examples/quickstart/models/micro.gguf --listen 127.0.0.1:8080",
            "  curl -s http://127.0.0.1:8080/v1/chat/completions -H 'Content-Type: application/json' \\",
            "    -d '{\"messages\": [{\"role\": \"user\", \"content\": \"Complete: Zoban likes to eat ...\"}]}'",
            "  stoa engine --model model.gguf --listen unix:/run/user/1000/stoa.sock --slots 8 --context 4096",
            "  KEY=secret stoa engine --model model.gguf --listen 0.0.0.0:8080 --key-env KEY"
        })
final class EngineCommand implements Runnable {
    /** Where the model's own context is longer, more must be asked for: it costs memory. */
    private static final int USUAL_CONTEXT = 4096;

    private final House house;

    @Option(names = "--model", required = true, paramLabel = "FILE", description = "The GGUF file.")
    private Path model = Path.of("");

    @Option(
            names = "--listen",
            defaultValue = "127.0.0.1:8080",
            paramLabel = "ADDRESS",
            description = "host:port (port 0 takes a free one), [ipv6]:port or unix:PATH. Default: ${DEFAULT-VALUE}")
    private String listen = "127.0.0.1:8080";

    @Option(
            names = "--context",
            description = "Tokens of prompt and answer together. Default: the model's own, at most 4096")
    private Optional<Integer> context = Optional.empty();

    @Option(names = "--threads", description = "Native threads. Default: one less than there are cores")
    private Optional<Integer> threads = Optional.empty();

    @Option(names = "--slots", defaultValue = "4", description = "Answers at once. Default: ${DEFAULT-VALUE}")
    private int slots = 4;

    @Option(
            names = "--cache-tokens",
            description = "Tokens that all answers and the kept prefixes share. Default: a whole context for each slot")
    private Optional<Integer> cacheTokens = Optional.empty();

    @Option(
            names = "--queue",
            description = "Requests that may wait; one more is refused with status 503. Default: 16 for each slot")
    private Optional<Integer> queue = Optional.empty();

    @Option(names = "--alias", description = "The model's name for callers. Default: the file's, without .gguf")
    private Optional<String> alias = Optional.empty();

    @Option(
            names = "--key-env",
            paramLabel = "VARIABLE",
            description = "The environment variable with the key that callers must send. Default: none is asked for")
    private Optional<String> keyVariable = Optional.empty();

    @Option(names = "--anyone", description = "Let other machines call without a key.")
    private boolean anyone;

    @Option(names = "--json", description = "Print where it serves as one line of JSON.")
    private boolean json;

    @Option(names = "--digest", hidden = true, description = "The file's SHA-256, when the caller knows it already.")
    private Optional<String> digest = Optional.empty();

    @Option(names = "--until-input-ends", hidden = true, description = "End when standard input does.")
    private boolean untilInputEnds;

    EngineCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        Listen where = Listen.parse(listen);
        Optional<String> key = keyVariable.map(house::key);
        GgufHeader header = Preflight.examine(model);
        int tokens = context.orElseGet(() -> (int)
                Math.min(USUAL_CONTEXT, header.hyperParameter("context_length").orElse(USUAL_CONTEXT)));
        int total = cacheTokens.orElseGet(() -> Math.multiplyExact(tokens, slots));
        EngineOptions options = Arguments.checked(() -> new EngineOptions(
                tokens,
                threads.orElseGet(House::threads),
                new Batching.Continuous(slots, total, queue.orElse(16 * slots))));
        Map<String, String> meta = new LinkedHashMap<>();
        meta.put(
                "sha256",
                digest.orElseGet(() -> Artifacts.digestOf(model, Progress.NONE).hex()));
        LlamaRuntime.quantizationOf(header).ifPresent(type -> meta.put("quantization", type));
        String name = alias.orElseGet(() -> String.valueOf(model.getFileName()).replaceAll("(?i)\\.gguf$", ""));
        ServerOptions serving = new ServerOptions(where, name, meta, key, anyone);
        try (Engine engine = house.llama().open(model, options);
                EngineServer server = EngineServer.start(engine, serving)) {
            tell(server, name, meta);
            awaitEnd(server, engine);
        }
    }

    private void tell(EngineServer server, String name, Map<String, String> meta) {
        if (json) {
            ObjectNode ready = JsonMapper.shared()
                    .createObjectNode()
                    .put("address", server.address())
                    .put("model", name)
                    .put("pid", ProcessHandle.current().pid());
            meta.forEach(ready::put);
            house.out().println(ready);
        } else {
            house.out().println(name + " serves at " + server.address() + " (stop with Ctrl-C)");
        }
        house.out().flush();
    }

    private void awaitEnd(EngineServer server, Engine engine) {
        CountDownLatch ended = new CountDownLatch(1);
        // A signal: answers in the making may end before the process does.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.close();
            engine.close();
        }));
        if (untilInputEnds) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (System.in.read() >= 0) {
                        // Only the end matters: whoever started this process has gone.
                    }
                } catch (IOException e) {
                    // So it has.
                }
                ended.countDown();
            });
        }
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
