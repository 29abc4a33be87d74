package io.stoa.cli;

import io.stoa.edge.device.Device;
import io.stoa.edge.device.JournaledEngine;
import io.stoa.edge.device.OciFormat;
import io.stoa.edge.device.Running;
import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "ask",
        description = "Let the installed bundle answer one question. Needs no network.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa edge ask \"Complete: Zoban likes to eat ...\"",
            "  stoa edge ask --device /var/lib/stoa-edge --max-tokens 300 --json \"Which form do I need?\""
        })
final class EdgeAskCommand implements Runnable {
    private final House house;

    @Parameters(paramLabel = "QUESTION", description = "A user's message.")
    private String question = "";

    @Mixin
    private DeviceOptions device = new DeviceOptions();

    @Option(names = "--max-tokens", defaultValue = "256", description = "Default: ${DEFAULT-VALUE}")
    private int maxTokens = 256;

    @Option(names = "--temperature", defaultValue = "0", description = "0 is greedy. Default: ${DEFAULT-VALUE}")
    private double temperature;

    @Option(names = "--context", description = "Context in tokens. Default: as the bundle was tested")
    private Optional<Integer> context = Optional.empty();

    @Option(names = "--threads", description = "Native threads. Default: one less than there are cores")
    private Optional<Integer> threads = Optional.empty();

    @Mixin
    private JournalOptions journalOptions = new JournalOptions();

    @Option(names = "--json", description = "Print the answer with its counts and times as JSON.")
    private boolean json;

    EdgeAskCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        GenerateOptions options =
                Arguments.checked(() -> new GenerateOptions(maxTokens, temperature, 0, 1, 0, 0, List.of()));
        Prompt asked = Arguments.checked(() -> Prompt.user(question));
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try (DeviceJournal journal = device.journal(house, journalOptions.size(), journalOptions.keepContent())) {
            Device here = device.device(house, journal, OciFormat.Demands.USUAL);
            try (Running running = here.start(line.start("bytes verified"))) {
                line.clear();
                running.notes().forEach(note -> house.err().println("stoa: note: " + note));
                journal.of(DeviceOptions.subject(running));
                try (Engine engine = new JournaledEngine(
                        DeviceOptions.open(house, running.bundle(), context, threads, 1),
                        journal,
                        house.clock(),
                        journalOptions.keepContent())) {
                    answer(engine, asked, options);
                }
            }
        } finally {
            line.clear();
        }
    }

    private void answer(Engine engine, Prompt asked, GenerateOptions options) {
        Generation answer = engine.generate(
                asked,
                options,
                piece -> {
                    if (!json) {
                        house.out().print(piece);
                        house.out().flush();
                    }
                },
                () -> false);
        house.out().println(json ? JsonMapper.shared().writeValueAsString(answer) : "");
    }
}
