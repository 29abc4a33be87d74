package io.stoa.hardware.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The control groups that this process lies in. A limit holds for a group and everything below it, so every group from
 * this process's up to the root counts. In a container the path that {@code /proc/self/cgroup} names may not be visible;
 * groups that are not there are passed over, and the root of the mount, which is the container's own group, remains.
 */
final class Cgroups {
    /** What version 1 writes for "no limit": the largest multiple of the page size in a long, or close to it. */
    private static final long NO_LIMIT = 1L << 60;

    private final PseudoFiles files;

    Cgroups(PseudoFiles files) {
        this.files = files;
    }

    /**
     * A memory limit.
     *
     * @param bytes the limit
     * @param held what the group holds now, without file cache that would be given up
     */
    record Limit(long bytes, long held) {}

    int version() {
        return controllerPath("memory").isPresent() ? 1 : 2;
    }

    List<Limit> memoryLimits() {
        List<Limit> limits = new ArrayList<>();
        for (String group : groups("memory")) {
            boolean second = version() == 2;
            Optional<Long> limit = number(group + (second ? "memory.max" : "memory.limit_in_bytes"));
            if (limit.isPresent() && limit.get() < NO_LIMIT) {
                long usage = number(group + (second ? "memory.current" : "memory.usage_in_bytes"))
                        .orElse(0L);
                long cache = files.words(group + "memory.stat", second ? "inactive_file" : "total_inactive_file")
                        .map(words -> Long.parseLong(words.getLast()))
                        .orElse(0L);
                limits.add(new Limit(limit.get(), Math.max(0, usage - cache)));
            }
        }
        return limits;
    }

    /** The smallest CPU quota in cores, such as 1.5. */
    Optional<Double> cpuQuota() {
        return groups("cpu").stream().flatMap(group -> quota(group).stream()).min(Double::compare);
    }

    private Optional<Double> quota(String group) {
        if (controllerPath("cpu").isEmpty()) {
            return files.line(group + "cpu.max")
                    .map(line -> line.split(" ", 2))
                    .filter(parts -> parts.length == 2 && !parts[0].equals("max"))
                    .map(parts -> Double.parseDouble(parts[0]) / Double.parseDouble(parts[1]));
        }
        Optional<Long> quota = number(group + "cpu.cfs_quota_us").filter(value -> value > 0);
        Optional<Long> period = number(group + "cpu.cfs_period_us").filter(value -> value > 0);
        return quota.flatMap(used -> period.map(of -> (double) used / of));
    }

    /** The folders of the groups of a controller, this process's first, each with a slash at its end. */
    private List<String> groups(String controller) {
        Optional<String> own = controllerPath(controller);
        String mount = own.isPresent() ? "sys/fs/cgroup/" + controller : "sys/fs/cgroup";
        String path = own.or(this::unifiedPath).orElse("/");
        List<String> groups = new ArrayList<>();
        while (!path.isEmpty() && !path.equals("/")) {
            groups.add(mount + path + "/");
            path = path.substring(0, path.lastIndexOf('/'));
        }
        groups.add(mount + "/");
        return groups;
    }

    /** The path in version 2: the line {@code 0::/path}. */
    private Optional<String> unifiedPath() {
        return lines().filter(parts -> parts[0].equals("0") && parts[1].isEmpty())
                .map(parts -> parts[2])
                .findFirst();
    }

    /** The path in version 1: a line such as {@code 4:cpu,cpuacct:/path}. */
    private Optional<String> controllerPath(String controller) {
        return lines().filter(parts -> Arrays.asList(parts[1].split(",", -1)).contains(controller))
                .map(parts -> parts[2])
                .findFirst();
    }

    private Stream<String[]> lines() {
        return files.lines("proc/self/cgroup").map(line -> line.split(":", 3)).filter(parts -> parts.length == 3);
    }

    private Optional<Long> number(String path) {
        return files.line(path).filter(line -> line.matches("-?[0-9]{1,19}")).map(Cgroups::parse);
    }

    /** Version 1 may write 9223372036854775807 and kernels have written more; both mean no limit. */
    private static long parse(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
