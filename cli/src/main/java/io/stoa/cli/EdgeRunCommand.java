package io.stoa.cli;

import io.stoa.edge.device.Device;
import io.stoa.edge.device.DeviceEvent;
import io.stoa.edge.device.JournaledEngine;
import io.stoa.edge.device.OciFormat;
import io.stoa.edge.device.Running;
import io.stoa.engine.Engine;
import io.stoa.engine.serve.EngineServer;
import io.stoa.engine.serve.Listen;
import io.stoa.engine.serve.ServerOptions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "run",
        description = {
            "Serve the installed bundle over the OpenAI protocol, to this device alone unless --listen and a key say"
                    + " otherwise.",
            "It is verified first, signature and every byte; a damaged one is gone back from. Runs until it is stopped"
                    + " (Ctrl-C). Needs no network: with --listen unix:PATH not even a loopback interface."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa edge run --device /var/lib/stoa-edge --listen 127.0.0.1:8080",
            "  stoa edge run --listen unix:/run/user/1000/stoa.sock --slots 2",
            "  curl -s --unix-socket /run/user/1000/stoa.sock http://localhost/v1/chat/completions \\",
            "    -H 'Content-Type: application/json' -d '{\"messages\": [{\"role\": \"user\", \"content\":"
                    + " \"Hello\"}]}'"
        })
final class EdgeRunCommand implements Runnable {
    private final House house;

    @Mixin
    private DeviceOptions device = new DeviceOptions();

    @Option(
            names = "--listen",
            defaultValue = "127.0.0.1:8080",
            paramLabel = "ADDRESS",
            description = "host:port (port 0 takes a free one), [ipv6]:port or unix:PATH. Default: ${DEFAULT-VALUE}")
    private String listen = "127.0.0.1:8080";

    @Option(names = "--context", description = "Tokens of prompt and answer. Default: as the bundle was tested")
    private Optional<Integer> context = Optional.empty();

    @Option(names = "--threads", description = "Native threads. Default: one less than there are cores")
    private Optional<Integer> threads = Optional.empty();

    @Option(names = "--slots", defaultValue = "1", description = "Answers at once. Default: ${DEFAULT-VALUE}")
    private int slots = 1;

    @Option(
            names = "--key-env",
            paramLabel = "VARIABLE",
            description = "The environment variable with the key that callers must send. Default: none is asked for")
    private Optional<String> keyVariable = Optional.empty();

    @Mixin
    private JournalOptions journalOptions = new JournalOptions();

    @Option(names = "--json", description = "Print where it serves as one line of JSON.")
    private boolean json;

    EdgeRunCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        Listen where = Listen.parse(listen);
        Optional<String> key = keyVariable.map(house::key);
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try (DeviceJournal journal = device.journal(house, journalOptions.size(), journalOptions.keepContent())) {
            Device here = device.device(house, journal, OciFormat.Demands.USUAL);
            try (Running running = here.start(line.start("bytes verified"))) {
                line.clear();
                running.notes().forEach(note -> house.err().println("stoa: note: " + note));
                journal.of(DeviceOptions.subject(running));
                journal.happened(new DeviceEvent(
                        DeviceEvent.Kind.STARTED,
                        Optional.of(running.resident().toString()),
                        Optional.of(running.resident().toString()),
                        "verified and started",
                        Optional.empty()));
                serve(running, journal, where, key);
            }
        } finally {
            line.clear();
        }
    }

    private void serve(Running running, DeviceJournal journal, Listen where, Optional<String> key) {
        ServerOptions serving = new ServerOptions(
                where,
                running.resident().name(),
                Map.of(
                        "bundle", running.resident().digest().hex(),
                        "version", running.resident().version()),
                key,
                false);
        try (Engine engine = new JournaledEngine(
                        DeviceOptions.open(house, running.bundle(), context, threads, Math.max(1, slots)),
                        journal,
                        house.clock(),
                        journalOptions.keepContent());
                EngineServer server = EngineServer.start(engine, serving)) {
            tell(server, running);
            awaitEnd(server, engine, journal);
        }
    }

    private void tell(EngineServer server, Running running) {
        if (json) {
            ObjectNode ready = JsonMapper.shared()
                    .createObjectNode()
                    .put("address", server.address())
                    .put("model", running.resident().name())
                    .put("version", running.resident().version())
                    .put("pid", ProcessHandle.current().pid());
            house.out().println(ready);
        } else {
            house.out().println(running.resident() + " serves at " + server.address() + " (stop with Ctrl-C)");
        }
        house.out().flush();
    }

    private static void awaitEnd(EngineServer server, Engine engine, DeviceJournal journal) {
        // A signal: answers in the making may end, and what was asked is written down, before the process ends.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.close();
            engine.close();
            journal.close();
        }));
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
