package io.stoa.cli;

import io.stoa.hardware.machine.Gpus;
import io.stoa.hardware.machine.Gpus.Gpu;
import io.stoa.hardware.machine.ThisMachine;
import io.stoa.hardware.machine.Throughput;
import io.stoa.model.Bytes;
import io.stoa.model.Machine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "machine",
        description =
                "Tell what this machine has: memory and its limits, cores, caches, accelerators, and how fast it is.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Example:", "  stoa fit machine --json"})
final class FitMachineCommand implements Runnable {
    /** Read by all threads together: several times the usual caches, and within the heap however many cores there are. */
    private static final long LEAST = 256L << 20;

    private static final long MOST = 512L << 20;

    private final House house;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    FitMachineCommand(House house) {
        this.house = house;
    }

    record Told(Machine machine, OptionalLong lastCacheBytes, List<Gpu> accelerators, List<Throughput> throughput) {}

    @Override
    public void run() {
        ThisMachine here = House.thisMachine();
        Machine machine = here.read();
        List<Throughput> throughput = new ArrayList<>();
        long memory = memoryToRead(here.lastCacheBytes(), Runtime.getRuntime().maxMemory());
        for (int threads : new TreeSet<>(List.of(1, machine.cores()))) {
            throughput.add(Throughput.measure(threads, memory));
        }
        Told told = new Told(machine, here.lastCacheBytes(), new Gpus(Path.of("/"), Gpus.nvidia()).read(), throughput);
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(told));
        } else {
            tell(told);
        }
    }

    /** Four times the last cache within bounds, and never more than half of the heap. */
    static long memoryToRead(OptionalLong lastCacheBytes, long heapBytes) {
        return Math.min(Math.clamp(4 * lastCacheBytes.orElse(0), LEAST, MOST), heapBytes / 2);
    }

    private void tell(Told told) {
        Machine machine = told.machine();
        house.out().println(machine.processor() + ", " + machine.cores() + " cores");
        house.out()
                .println(machine.memory() + " of memory"
                        + machine.available()
                                .map(free -> ", " + free + " of it free")
                                .orElse("") + " (" + machine.by() + ")");
        told.lastCacheBytes().ifPresent(bytes -> house.out().println(new Bytes(bytes) + " of last-level cache"));
        for (Throughput one : told.throughput()) {
            house.out()
                    .printf(
                            Locale.ROOT,
                            "%d thread%s: reads %.1f GB/s, computes %.0f GFLOP/s in 32-bit floats (measured)%n",
                            one.threads(),
                            one.threads() == 1 ? "" : "s",
                            one.bytesPerSecond() / 1e9,
                            one.operationsPerSecond() / 1e9);
        }
        if (told.accelerators().isEmpty()) {
            house.out().println("no accelerator with a working driver");
        }
        told.accelerators()
                .forEach(gpu -> house.out().println(gpu.name() + ", " + gpu.memory() + " (" + gpu.by() + ")"));
    }
}
