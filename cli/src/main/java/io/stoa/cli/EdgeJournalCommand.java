package io.stoa.cli;

import io.stoa.edge.device.JournalFile;
import io.stoa.edge.device.JournalSummary;
import io.stoa.edge.device.OciFormat;
import io.stoa.gateway.audit.SigningKey;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "journal",
        description =
                "What a device wrote down about itself: add it up, carry it away signed, report over many devices.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  stoa edge journal show --device /var/lib/stoa-edge",
            "  stoa edge journal export --device /var/lib/stoa-edge --out kiosk-17.zip",
            "  stoa audit verify kiosk-17.zip",
            "  stoa edge journal fleet kiosk-*.zip"
        })
final class EdgeJournalCommand implements Runnable {
    private static final Bytes SIZE = Bytes.mebibytes(64);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine(House house) {
        return new CommandLine(new EdgeJournalCommand())
                .addSubcommand(new ShowCommand(house))
                .addSubcommand(new ExportCommand(house))
                .addSubcommand(new FleetCommand(house));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name show, export or fleet");
    }

    private static JournalSummary summary(House house, DeviceOptions device, DeviceJournal journal) {
        Optional<String> bundle = device.device(house, journal, OciFormat.Demands.USUAL)
                .status()
                .current()
                .map(each -> each.toString());
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        JournalSummary summary = DeviceSummary.of(
                journal.folder(),
                journal.key().getPublic(),
                bundle,
                house.clock().instant(),
                line.start("bytes of records"));
        line.clear();
        return summary;
    }

    private static void print(JournalSummary summary, PrintStream to) {
        to.println("device     " + summary.device()
                + summary.bundle().map(each -> ", " + each).orElse(""));
        to.println("questions  " + summary.questions() + ", " + summary.failed() + " failed, " + summary.cut()
                + " cut, " + summary.empty() + " empty, " + summary.repeating() + " repeating");
        to.println("tokens     " + summary.promptTokens() + " read, " + summary.answerTokens() + " generated");
        summary.tokensPerSecond()
                .ifPresent(median -> to.println(String.format(
                        Locale.ROOT,
                        "tokens/s   %.1f in the middle, %.1f or more in nine of ten",
                        median,
                        summary.slowTokensPerSecond().orElse(median))));
        summary.firstTokenMicros()
                .ifPresent(micros -> to.println(String.format(
                        Locale.ROOT, "first      %.0f ms to the first token in the middle", micros / 1e3)));
        summary.memoryBytes().ifPresent(bytes -> to.println("memory     " + new Bytes(bytes)));
        if (!summary.events().isEmpty()) {
            to.println("events     " + new TreeMap<>(summary.events()));
        }
        if (summary.droppedRecords() + summary.lostRecords() > 0) {
            to.println("gone       " + summary.droppedRecords() + " old records made room, " + summary.lostRecords()
                    + " could not be written");
        }
    }

    @Command(
            name = "show",
            description = "Add up what this device wrote down.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {"", "Example:", "  stoa edge journal show --device /var/lib/stoa-edge --json"})
    static final class ShowCommand implements Runnable {
        private final House house;

        @Mixin
        private DeviceOptions device = new DeviceOptions();

        @Option(names = "--json", description = "Print it as JSON.")
        private boolean json;

        ShowCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            try (DeviceJournal journal = device.journal(house, SIZE, false)) {
                JournalSummary summary = summary(house, device, journal);
                if (json) {
                    house.out().println(JsonMapper.shared().writeValueAsString(summary));
                } else {
                    print(summary, house.out());
                }
            }
        }
    }

    @Command(
            name = "export",
            description = {
                "Write the journal into one signed file to be carried away. The device may go on answering.",
                "`stoa audit verify FILE` verifies it, and `stoa edge journal fleet` reports over many."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {"", "Example:", "  stoa edge journal export --device /var/lib/stoa-edge --out kiosk-17.zip"})
    static final class ExportCommand implements Runnable {
        private final House house;

        @Mixin
        private DeviceOptions device = new DeviceOptions();

        @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to: a zip file.")
        private Path out = Path.of("");

        ExportCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            try (DeviceJournal journal = device.journal(house, SIZE, false)) {
                JournalSummary signed =
                        JournalFile.write(out, journal.folder().path(), summary(house, device, journal), journal.key());
                house.out()
                        .println(out + ": the journal of the device " + signed.device() + ", " + signed.questions()
                                + " questions. Verify it with `stoa audit verify " + out + "`.");
            }
        }
    }

    @Command(
            name = "fleet",
            description = {
                "Report over the exported journals of many devices; each file's signature is checked.",
                "With --key a file of any other device is refused; else each file's own key is believed."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {"", "Example:", "  stoa edge journal fleet journals/*.zip --json"})
    static final class FleetCommand implements Runnable {
        private final House house;

        @Parameters(arity = "1..*", paramLabel = "FILE", description = "Exported journals.")
        private List<Path> files = List.of();

        @Option(
                names = "--key",
                paramLabel = "FILE",
                description =
                        "The public key of a device (its journal-key.pem.pub), known from elsewhere. May be repeated.")
        private List<Path> keys = List.of();

        @Option(names = "--json", description = "Print it as JSON.")
        private boolean json;

        FleetCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            Map<String, Path> known = new HashMap<>();
            keys.forEach(key -> known.put(JournalFile.deviceOf(SigningKey.readPublic(key)), key));
            Map<String, JournalSummary> latest = new TreeMap<>();
            for (Path file : files) {
                JournalSummary summary =
                        JournalFile.open(file, Optional.empty()).summary();
                if (!known.isEmpty() && !known.containsKey(summary.device())) {
                    throw StoaException.user(file + ": is of the device " + summary.device()
                            + ", whose key is none of those given; add it with --key, or leave the file out");
                }
                latest.merge(
                        summary.device(), summary, (one, other) -> one.made().isAfter(other.made()) ? one : other);
            }
            List<JournalSummary> all = new ArrayList<>(latest.values());
            if (json) {
                house.out().println(document(all));
            } else {
                print(all);
            }
        }

        private void print(List<JournalSummary> all) {
            PrintStream to = house.out();
            to.printf(
                    "%-16s  %9s  %6s  %8s  %8s  %5s  %s%n",
                    "device", "questions", "failed", "tokens/s", "slow", "back", "runs");
            for (JournalSummary each : all) {
                to.printf(
                        "%-16s  %9d  %6d  %8s  %8s  %5d  %s%n",
                        each.device(),
                        each.questions(),
                        each.failed(),
                        number(each.tokensPerSecond()),
                        number(each.slowTokensPerSecond()),
                        wentBack(each),
                        each.bundle().orElse("nothing"));
            }
            to.printf(
                    "%d devices, %d questions, %d failed, %d tokens generated, %d times gone back.%n",
                    all.size(),
                    all.stream().mapToLong(JournalSummary::questions).sum(),
                    all.stream().mapToLong(JournalSummary::failed).sum(),
                    all.stream().mapToLong(JournalSummary::answerTokens).sum(),
                    all.stream().mapToLong(FleetCommand::wentBack).sum());
        }

        private static long wentBack(JournalSummary each) {
            return each.events().getOrDefault("rolled_back", 0L) + each.events().getOrDefault("recovered", 0L);
        }

        private static String number(Optional<Double> value) {
            return value.map(each -> String.format(Locale.ROOT, "%.1f", each)).orElse("-");
        }

        private static ObjectNode document(List<JournalSummary> all) {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            ArrayNode devices = document.putArray("devices");
            for (JournalSummary each : all) {
                JsonNode tree = JsonMapper.shared().valueToTree(each);
                if (tree instanceof ObjectNode object) {
                    JsonNode _ = object.remove("files");
                    devices.add(object);
                }
            }
            return document;
        }
    }
}
