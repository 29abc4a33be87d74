package io.stoa.hardware.machine;

import com.sun.management.OperatingSystemMXBean;
import io.stoa.hardware.memory.Repacking;
import io.stoa.model.Bytes;
import io.stoa.model.Machine;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads what this machine has.
 *
 * <p>Memory is the smaller of RAM and every cgroup limit from this process up to the root. What is available is the
 * smaller of the kernel's {@code MemAvailable} and, for each limited cgroup, its limit minus what it holds (file cache
 * that the kernel would give up, {@code inactive_file}, does not count as held). Cores are those that the process may be
 * scheduled on, and no more than whole cores of its CPU quota: a thread beyond the quota would only be throttled.
 */
public final class ThisMachine {
    private static final int MOST_CACHES = 8;

    private final PseudoFiles files;
    private final Cgroups cgroups;

    /** @param root where {@code proc} and {@code sys} lie: {@code /} on a real machine */
    public ThisMachine(Path root) {
        this.files = new PseudoFiles(root);
        this.cgroups = new Cgroups(files);
    }

    /** What the machine has now. */
    public Machine read() {
        OptionalLong ram = kibibytes("MemTotal");
        return ram.isPresent() ? linux(ram.getAsLong()) : elsewhere();
    }

    /** Which of a model's weights llama.cpp would repack on this processor. */
    public Repacking repacking() {
        Set<String> features = Set.copyOf(Arrays.asList(
                cpuInfo("flags").or(() -> cpuInfo("Features")).orElse("").split(" ", -1)));
        // llama.cpp's own AVX-512 build wants these five together.
        if (features.containsAll(List.of("avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw"))) {
            return Repacking.AVX512;
        }
        if (features.contains("avx2")) {
            return Repacking.AVX2;
        }
        return features.contains("asimddp") ? Repacking.NEON : Repacking.NONE;
    }

    /** The size of the processor's last cache in bytes, where the system tells. */
    public OptionalLong lastCacheBytes() {
        OptionalLong largest = OptionalLong.empty();
        for (int index = 0; index < MOST_CACHES; index++) {
            Optional<String> size = files.line("sys/devices/system/cpu/cpu0/cache/index" + index + "/size");
            if (size.isPresent() && size.get().matches("[0-9]{1,9}K")) {
                long bytes =
                        1024 * Long.parseLong(size.get().substring(0, size.get().length() - 1));
                largest = OptionalLong.of(Math.max(bytes, largest.orElse(0)));
            }
        }
        return largest;
    }

    private Machine linux(long ram) {
        List<Cgroups.Limit> limits = cgroups.memoryLimits();
        long memory = ram;
        long available = kibibytes("MemAvailable").orElse(ram);
        for (Cgroups.Limit limit : limits) {
            memory = Math.min(memory, limit.bytes());
            available = Math.min(available, Math.max(0, limit.bytes() - limit.held()));
        }
        String by = "/proc/meminfo" + (limits.isEmpty() ? "" : ", cgroup v" + cgroups.version());
        return new Machine(
                "this machine",
                new Bytes(memory),
                Optional.of(new Bytes(Math.min(available, memory))),
                cores(),
                cpuInfo("model name").or(() -> cpuInfo("Model")).orElseGet(ThisMachine::architecture),
                true,
                by);
    }

    private static Machine elsewhere() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new Machine(
                "this machine",
                new Bytes(system.getTotalMemorySize()),
                Optional.of(new Bytes(system.getFreeMemorySize())),
                system.getAvailableProcessors(),
                architecture(),
                true,
                "the Java platform on " + system.getName());
    }

    private int cores() {
        int scheduled = files.lines("proc/self/status")
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .findFirst()
                .map(line -> count(line.substring(line.indexOf(':') + 1).strip()))
                .orElseGet(() -> Runtime.getRuntime().availableProcessors());
        return cgroups.cpuQuota()
                .map(quota -> Math.clamp((long) Math.floor(quota), 1, scheduled))
                .orElse(scheduled);
    }

    /** The members of a list such as {@code 0-3,8}. */
    private static int count(String list) {
        int count = 0;
        for (String range : list.split(",", -1)) {
            String[] ends = range.split("-", 2);
            count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
        }
        return count;
    }

    private OptionalLong kibibytes(String name) {
        return files.lines("proc/meminfo")
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst();
    }

    private Optional<String> cpuInfo(String key) {
        return files.lines("proc/cpuinfo")
                .filter(line -> line.matches("\\Q" + key + "\\E\\s*:.*"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    private static String architecture() {
        return System.getProperty("os.arch", "unknown processor");
    }
}
