package io.stoa.cli;

import io.stoa.edge.device.ClockPolicy;
import io.stoa.edge.device.Device;
import io.stoa.edge.device.DeviceFiles;
import io.stoa.edge.device.EngineTrial;
import io.stoa.edge.device.InstallOutcome;
import io.stoa.edge.device.OciFormat;
import io.stoa.edge.device.ProcessMemory;
import io.stoa.edge.device.Resident;
import io.stoa.edge.device.SelfTestReport;
import io.stoa.edge.device.SystemFiles;
import io.stoa.edge.sign.Trust;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "install",
        description = {
            "Install a signed bundle, test it, and keep it or go back. Needs no network.",
            "Checked before anything changes: signature, every digest, platform, version, expiry, memory and space."
                    + " Wherever it is cut off, the bundle that ran before runs on."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa edge install kiosk-1.tar --device /var/lib/stoa-edge --trust publisher.pub",
            "  stoa edge install kiosk-2.tar --device /var/lib/stoa-edge --json",
            "  stoa edge install kiosk-2.tar --clock signed        on a device whose clock cannot be set"
        })
final class EdgeInstallCommand implements Callable<Integer> {
    private static final int MOST_TRUST_BYTES = 1 << 20;

    private final House house;

    @Parameters(paramLabel = "BUNDLE", description = "A bundle, as a folder or a tar.")
    private Path bundle = Path.of("");

    @Mixin
    private DeviceOptions device = new DeviceOptions();

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description =
                    "The public key or certificate of whoever may sign for this device; with the first bundle. May be"
                            + " repeated.")
    private List<Path> trusted = List.of();

    @Option(
            names = "--clock",
            defaultValue = "device",
            paramLabel = "WHICH",
            description = "By what expiry is judged: device, or signed (the latest time in good signatures), where the"
                    + " clock is wrong. Default: ${DEFAULT-VALUE}")
    private ClockPolicy clock = ClockPolicy.DEVICE;

    @Option(
            names = "--least-speed",
            defaultValue = "0.5",
            paramLabel = "SHARE",
            description = "Of the tokens/s that the bundle says. Default: ${DEFAULT-VALUE}")
    private double leastSpeed = 0.5;

    @Option(
            names = "--least-agreement",
            defaultValue = "0.8",
            paramLabel = "SHARE",
            description =
                    "Of the reference answers that must be the bundle's own: processors round differently. Default:"
                            + " ${DEFAULT-VALUE}")
    private double leastAgreement = 0.8;

    @Mixin
    private JournalOptions journalOptions = new JournalOptions();

    @Option(names = "--json", description = "Print the outcome as JSON.")
    private boolean json;

    EdgeInstallCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        OciFormat.Demands demands = Arguments.checked(
                () -> new OciFormat.Demands(leastAgreement, leastSpeed, OciFormat.Demands.USUAL.mostMemory()));
        boolean first = pin();
        Trust _ = device.trust(house);
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try (DeviceJournal journal = device.journal(house, journalOptions.size(), journalOptions.keepContent())) {
            Device here = device.device(house, journal, demands);
            Optional<Bytes> began = ProcessMemory.most();
            EngineTrial trial = new EngineTrial(
                    each -> DeviceOptions.open(house, each, Optional.empty(), Optional.empty(), 1),
                    () -> ProcessMemory.since(began),
                    line.start("reference questions"));
            InstallOutcome outcome = here.install(bundle, clock, trial, line.start("bytes"));
            line.clear();
            if (first && outcome.running().isEmpty()) {
                unpin();
            }
            house.out().println(json ? document(outcome).toString() : text(outcome));
            return code(outcome).code();
        } finally {
            line.clear();
        }
    }

    /** Writes down whom the device believes; true when it believed nobody before. */
    private boolean pin() {
        Path file = device.trustFile(house);
        if (trusted.isEmpty()) {
            return false;
        }
        try {
            // read as the device will read it: a file that others may change is refused
            Trust _ = Trust.read(trusted);
            StringBuilder all = new StringBuilder();
            for (Path each : trusted) {
                if (Files.size(each) > MOST_TRUST_BYTES) {
                    throw StoaException.user("--trust " + each + ": is larger than any key");
                }
                all.append(Files.readString(each, StandardCharsets.US_ASCII).strip())
                        .append('\n');
            }
            if (Files.exists(file)) {
                if (!Files.readString(file, StandardCharsets.US_ASCII).contentEquals(all)) {
                    throw StoaException.user("--trust: this device believes another signer, of " + file
                            + "; leave --trust out, or, if the signer has really changed, delete that file first");
                }
                return false;
            }
            Files.createDirectories(
                    device.folder(house),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            write(file, all.toString().getBytes(StandardCharsets.US_ASCII));
            return true;
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, file + ": cannot be written (" + e + "); may you write there?", e);
        }
    }

    /** Forced to the disk, since without it no bundle is believed. */
    private void write(Path file, byte[] bytes) throws IOException {
        DeviceFiles files = new SystemFiles();
        Path part = file.resolveSibling("trust.pem.part");
        try (DeviceFiles.Output out = files.create(part)) {
            out.write(bytes, bytes.length);
            out.sync();
        }
        files.replace(part, file);
        files.syncFolder(device.folder(house));
    }

    private void unpin() {
        try {
            Files.deleteIfExists(device.trustFile(house));
        } catch (IOException _) {
            // the next --trust says that another signer is believed, and how to change it
        }
    }

    private static ExitCode code(InstallOutcome outcome) {
        return switch (outcome) {
            case InstallOutcome.Installed _, InstallOutcome.Unchanged _ -> ExitCode.OK;
            case InstallOutcome.RolledBack _, InstallOutcome.Refused _ -> ExitCode.NOT_READY;
        };
    }

    private static String text(InstallOutcome outcome) {
        List<String> lines = new ArrayList<>();
        switch (outcome) {
            case InstallOutcome.Installed installed -> {
                lines.add(installed.bundle() + " runs. Its self-test passed: " + text(installed.test()) + ".");
                installed.before().ifPresent(before -> lines.add(before + " is kept to go back to."));
                installed.notes().forEach(note -> lines.add("note: " + note));
            }
            case InstallOutcome.Unchanged unchanged ->
                lines.add(unchanged.bundle() + " runs already, and is whole. Nothing was changed.");
            case InstallOutcome.RolledBack back -> {
                lines.add(back.bundle() + " did not pass its self-test:");
                back.test().failures().forEach(failure -> lines.add("  " + failure));
                lines.add("Gone back: " + running(back.running()) + ".");
            }
            case InstallOutcome.Refused refused -> {
                lines.add("Refused: " + refused.why() + ".");
                lines.add("Nothing was changed: " + running(refused.running()) + ".");
            }
        }
        return String.join("\n", lines);
    }

    private static String running(Optional<Resident> running) {
        return running.map(each -> each + " runs").orElse("nothing runs yet");
    }

    private static String text(SelfTestReport test) {
        List<String> parts = new ArrayList<>();
        parts.add(
                test.asked() == 0
                        ? "the model answers"
                        : test.agreed() + " of " + test.asked() + " answers as in the bundle");
        test.tokensPerSecond().ifPresent(speed -> parts.add(String.format(Locale.ROOT, "%.1f tokens/s", speed)));
        test.memory().ifPresent(memory -> parts.add(memory + " of memory"));
        return String.join(", ", parts);
    }

    private static ObjectNode document(InstallOutcome outcome) {
        ObjectNode document = JsonMapper.shared().createObjectNode();
        outcome.running().ifPresent(running -> put(document.putObject("running"), running));
        switch (outcome) {
            case InstallOutcome.Installed installed -> {
                document.put("outcome", "installed");
                installed.before().ifPresent(before -> put(document.putObject("before"), before));
                put(document.putObject("test"), installed.test());
                installed.notes().forEach(document.putArray("notes")::add);
            }
            case InstallOutcome.Unchanged _ -> document.put("outcome", "unchanged");
            case InstallOutcome.RolledBack back -> {
                document.put("outcome", "rolled_back")
                        .put("bundle", back.bundle().toString());
                put(document.putObject("test"), back.test());
            }
            case InstallOutcome.Refused refused ->
                document.put("outcome", "refused").put("why", refused.why());
        }
        return document;
    }

    static void put(ObjectNode into, Resident resident) {
        into.put("name", resident.name())
                .put("version", resident.version())
                .put("digest", resident.digest().hex())
                .put("created", resident.created().toString());
        resident.expires().ifPresent(end -> into.put("expires", end.toString()));
    }

    private static void put(ObjectNode into, SelfTestReport test) {
        into.put("passed", test.passed()).put("asked", test.asked()).put("agreed", test.agreed());
        test.tokensPerSecond().ifPresent(speed -> into.put("tokensPerSecond", speed));
        test.memory().ifPresent(memory -> into.put("memoryBytes", memory.count()));
        test.failures().forEach(into.putArray("failures")::add);
    }
}
