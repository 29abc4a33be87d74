package io.stoa.cli;

import io.stoa.edge.device.OciFormat;
import io.stoa.edge.device.Resident;
import io.stoa.model.Bytes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "rollback",
        description = "Go back to the bundle that ran before, once it was verified. Needs no network.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Example:", "  stoa edge rollback --device /var/lib/stoa-edge --why 'answers too slow'"})
final class EdgeRollbackCommand implements Runnable {
    private static final Bytes JOURNAL = Bytes.mebibytes(64);

    private final House house;

    @Mixin
    private DeviceOptions device = new DeviceOptions();

    @Option(names = "--why", defaultValue = "asked for", description = "For the journal. Default: ${DEFAULT-VALUE}")
    private String why = "asked for";

    @Option(names = "--json", description = "Print what runs as JSON.")
    private boolean json;

    EdgeRollbackCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try (DeviceJournal journal = device.journal(house, JOURNAL, false)) {
            Resident now =
                    device.device(house, journal, OciFormat.Demands.USUAL).rollback(why, line.start("bytes verified"));
            line.clear();
            ObjectNode document = JsonMapper.shared().createObjectNode();
            EdgeInstallCommand.put(document.putObject("running"), now);
            house.out().println(json ? document.toString() : "Gone back: " + now + " runs from the next start on.");
        } finally {
            line.clear();
        }
    }
}
