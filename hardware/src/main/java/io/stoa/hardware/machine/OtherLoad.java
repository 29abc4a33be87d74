package io.stoa.hardware.machine;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How much of the processor's time others take while something is measured: the busy time of all cores in {@code
 * /proc/stat} less this process's own. In a container it still sees the whole machine, which is what disturbs.
 */
public final class OtherLoad {
    /** {@code USER_HZ}, the unit of /proc/stat, which is 100 on every Linux architecture in use. */
    private static final long NANOSECONDS_PER_TICK = 10_000_000;

    private final PseudoFiles files;
    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /** @param root where {@code proc} lies: {@code /} on a real machine */
    public OtherLoad(Path root) {
        this.files = new PseudoFiles(root);
    }

    /**
     * The time spent so far.
     *
     * @param all of all cores together, idle or not, in nanoseconds
     * @param others of it, what others used
     */
    public record Reading(long all, long others) {}

    /** The time spent until now; empty where the system does not say. */
    public Optional<Reading> now() {
        return files.words("proc/stat", "cpu").map(this::reading);
    }

    /** The share of all cores' time that others used between two readings, in [0, 1]. */
    public static OptionalDouble between(Optional<Reading> start, Optional<Reading> end) {
        if (start.isEmpty() || end.isEmpty() || end.get().all() <= start.get().all()) {
            return OptionalDouble.empty();
        }
        double all = end.get().all() - start.get().all();
        return OptionalDouble.of(Math.clamp((end.get().others() - start.get().others()) / all, 0, 1));
    }

    /** The fields are user, nice, system, idle, iowait, irq, softirq, steal, and guest times already counted in user. */
    private Reading reading(List<String> words) {
        long[] ticks =
                words.stream().skip(1).limit(8).mapToLong(Long::parseLong).toArray();
        long all = 0;
        long idle = 0;
        for (int field = 0; field < ticks.length; field++) {
            all += ticks[field];
            idle += field == 3 || field == 4 ? ticks[field] : 0;
        }
        return new Reading(
                all * NANOSECONDS_PER_TICK, (all - idle) * NANOSECONDS_PER_TICK - system.getProcessCpuTime());
    }
}
