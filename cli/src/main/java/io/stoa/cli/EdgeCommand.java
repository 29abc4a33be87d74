package io.stoa.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "edge",
        description = "Small machines without a network: install a signed bundle, ask it, go back, plan a fleet.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  stoa edge install kiosk-2.tar --device /var/lib/stoa-edge --trust publisher.pub",
            "  stoa edge ask --device /var/lib/stoa-edge \"Which form do I need?\"",
            "  stoa edge rollback --device /var/lib/stoa-edge --why 'answers too slow'",
            "  stoa edge plan fleet.yaml"
        })
final class EdgeCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine(House house) {
        return new CommandLine(new EdgeCommand())
                .addSubcommand(new EdgeInstallCommand(house))
                .addSubcommand(new EdgeRunCommand(house))
                .addSubcommand(new EdgeAskCommand(house))
                .addSubcommand(new EdgeRollbackCommand(house))
                .addSubcommand(new EdgeStatusCommand(house))
                .addSubcommand(EdgeJournalCommand.commandLine(house))
                .addSubcommand(new EdgePlanCommand(house))
                .addSubcommand(new EdgeDevicesCommand(house));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command, such as install, run, ask, status or plan");
    }
}
