package io.stoa.cli;

import io.stoa.edge.device.Device;
import io.stoa.edge.device.DeviceStatus;
import io.stoa.edge.device.OciFormat;
import java.io.PrintStream;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "status",
        description = {
            "Say what runs on a device, what it can go back to, and what is wrong. Changes nothing.",
            "Exit code 12 when nothing is installed, 10 when a person should look at something."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Example:", "  stoa edge status --device /var/lib/stoa-edge --json"})
final class EdgeStatusCommand implements Callable<Integer> {
    private final House house;

    @Mixin
    private DeviceOptions device = new DeviceOptions();

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    EdgeStatusCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        Device here = device.device(house, _ -> {}, OciFormat.Demands.USUAL);
        DeviceStatus status = here.status();
        Instant now = house.clock().instant();
        if (json) {
            house.out().println(document(status, now));
        } else {
            print(status, now, house.out());
        }
        if (status.current().isEmpty()) {
            return ExitCode.NOT_READY.code();
        }
        return (status.problems().isEmpty() && !isExpired(status, now) ? ExitCode.OK : ExitCode.READY_IF).code();
    }

    private static boolean isExpired(DeviceStatus status, Instant now) {
        return status.current()
                .flatMap(current -> current.expires())
                .filter(end -> !end.isAfter(now))
                .isPresent();
    }

    private static void print(DeviceStatus status, Instant now, PrintStream to) {
        to.println("runs      " + status.current().map(each -> each.toString()).orElse("nothing"));
        status.current()
                .flatMap(each -> each.expires())
                .ifPresent(end -> to.println("expires   " + end + (end.isAfter(now) ? "" : ": it is over")));
        to.println("before    " + status.previous().map(each -> each.toString()).orElse("nothing to go back to"));
        status.highest()
                .ifPresent(version -> to.println("floor     version " + version + ": none below it is installed"));
        if (status.busy()) {
            to.println("under way an installation or a rollback");
        }
        if (!status.note().isEmpty()) {
            to.println("last      " + status.note());
        }
        status.problems().forEach(problem -> to.println("problem   " + problem));
    }

    private static ObjectNode document(DeviceStatus status, Instant now) {
        ObjectNode document = JsonMapper.shared().createObjectNode();
        status.current().ifPresent(each -> EdgeInstallCommand.put(document.putObject("running"), each));
        status.previous().ifPresent(each -> EdgeInstallCommand.put(document.putObject("before"), each));
        status.highest().ifPresent(version -> document.put("floor", version));
        document.put("trial", status.trial())
                .put("busy", status.busy())
                .put("expired", isExpired(status, now))
                .put("signedTime", status.signedTime().toString())
                .put("last", status.note());
        status.problems().forEach(document.putArray("problems")::add);
        return document;
    }
}
