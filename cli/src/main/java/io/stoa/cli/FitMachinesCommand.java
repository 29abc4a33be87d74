package io.stoa.cli;

import io.stoa.hardware.machine.MachineType;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "machines",
        description = "List the machines of the catalogue, with the source of their figures.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Examples:", "  stoa fit machines", "  stoa fit machines --machines ours.yaml --json"})
final class FitMachinesCommand implements Runnable {
    private final House house;

    @Option(names = "--machines", paramLabel = "FILE", description = "More machines, as YAML.")
    private Optional<Path> machines = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    FitMachinesCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        Collection<MachineType> all = FitSearchCommand.catalogue(machines).all();
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(all));
            return;
        }
        house.out()
                .printf(
                        Locale.ROOT,
                        "%-24s %10s %10s %12s %8s  %s%n",
                        "machine",
                        "memory",
                        "GB/s",
                        "TFLOPS (16)",
                        "W",
                        "source");
        for (MachineType machine : all) {
            house.out()
                    .printf(
                            Locale.ROOT,
                            "%-24s %10s %10s %12s %8s  %s%n",
                            machine.name(),
                            machine.memory(),
                            figure(machine.bandwidth(), 1e9),
                            figure(machine.usualPeak(), 1e12),
                            figure(machine.power(), 1),
                            machine.source());
        }
    }

    private static String figure(OptionalDouble value, double unit) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.4g", value.getAsDouble() / unit) : "unknown";
    }
}
