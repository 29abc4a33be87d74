package io.stoa.hardware.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.hardware.memory.Repacking;
import io.stoa.model.Bytes;
import io.stoa.model.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThisMachineTest {
    @TempDir
    private Path root;

    @BeforeEach
    void aMachineOfSixteenGibibytesAndEightCores() throws IOException {
        write("proc/meminfo", """
                MemTotal:       16777216 kB
                MemFree:         1048576 kB
                MemAvailable:   12582912 kB
                """);
        write("proc/cpuinfo", """
                processor\t: 0
                model name\t: Example 9000 @ 3.00GHz
                flags\t\t: fpu sse2 avx2 fma
                """);
        write("proc/self/status", "Name:\tjava\nCpus_allowed_list:\t0-3,8-11\n");
        write("proc/self/cgroup", "0::/\n");
    }

    @Test
    void aMachineWithoutLimits() {
        assertThat(read())
                .isEqualTo(new Machine(
                        "this machine",
                        Bytes.gibibytes(16),
                        Optional.of(Bytes.gibibytes(12)),
                        8,
                        "Example 9000 @ 3.00GHz",
                        true,
                        "/proc/meminfo"));
    }

    @Test
    void aContainersLimitLessWhatItHolds() throws IOException {
        write("sys/fs/cgroup/memory.max", "4294967296\n");
        write("sys/fs/cgroup/memory.current", "2147483648\n");
        write("sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 1073741824\nactive_file 5\n");

        assertThat(read().memory()).isEqualTo(Bytes.gibibytes(4));
        assertThat(read().available()).contains(Bytes.gibibytes(3));
        assertThat(read().by()).isEqualTo("/proc/meminfo, cgroup v2");
    }

    @Test
    void theSmallestLimitOnTheWayUp() throws IOException {
        write("proc/self/cgroup", "0::/services/stoa\n");
        write("sys/fs/cgroup/services/stoa/memory.max", "max\n");
        write("sys/fs/cgroup/services/memory.max", "8589934592\n");
        write("sys/fs/cgroup/services/memory.current", "8589934592\n");
        write("sys/fs/cgroup/services/cpu.max", "250000 100000\n");

        assertThat(read().memory()).isEqualTo(Bytes.gibibytes(8));
        assertThat(read().available()).contains(Bytes.ZERO);
        assertThat(read().cores()).isEqualTo(2);
    }

    @Test
    void aPathThatTheContainerCannotSee() throws IOException {
        write("proc/self/cgroup", "0::/kubepods/pod1/container2\n");
        write("sys/fs/cgroup/memory.max", "1073741824\n");

        assertThat(read().memory()).isEqualTo(Bytes.gibibytes(1));
    }

    @Test
    void versionOne() throws IOException {
        write("proc/self/cgroup", "5:cpu,cpuacct:/docker/1\n4:memory:/docker/1\n0::/\n");
        write("sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "2147483648\n");
        write("sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes", "1073741824\n");
        write("sys/fs/cgroup/memory/docker/1/memory.stat", "cache 7\ntotal_inactive_file 536870912\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        write("sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us", "50000\n");
        write("sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us", "100000\n");

        assertThat(read().memory()).isEqualTo(Bytes.gibibytes(2));
        assertThat(read().available()).contains(Bytes.mebibytes(1536));
        assertThat(read().cores()).isEqualTo(1);
        assertThat(read().by()).isEqualTo("/proc/meminfo, cgroup v1");
    }

    @Test
    void noLimitIsNoLimit() throws IOException {
        write("sys/fs/cgroup/memory.max", "max\n");
        write("sys/fs/cgroup/cpu.max", "max 100000\n");

        assertThat(read().memory()).isEqualTo(Bytes.gibibytes(16));
        assertThat(read().cores()).isEqualTo(8);
    }

    @Test
    void theProcessorsKernels() throws IOException {
        assertThat(new ThisMachine(root).repacking()).isEqualTo(Repacking.AVX2);

        write("proc/cpuinfo", "flags : avx2 avx512f avx512cd avx512vl avx512dq avx512bw\n");
        assertThat(new ThisMachine(root).repacking()).isEqualTo(Repacking.AVX512);

        write("proc/cpuinfo", "Features : fp asimd asimddp\n");
        assertThat(new ThisMachine(root).repacking()).isEqualTo(Repacking.NEON);

        write("proc/cpuinfo", "flags : sse2\n");
        assertThat(new ThisMachine(root).repacking()).isEqualTo(Repacking.NONE);
    }

    @Test
    void whereThereIsNoProcThePlatformIsAsked() throws IOException {
        Files.delete(root.resolve("proc/meminfo"));

        Machine machine = read();

        assertThat(machine.memory()).isGreaterThan(Bytes.mebibytes(64));
        assertThat(machine.by()).startsWith("the Java platform on ");
    }

    @Test
    void theMachineAtHand() {
        Machine machine = new ThisMachine(Path.of("/")).read();

        assertThat(machine.measured()).isTrue();
        assertThat(machine.cores()).isBetween(1, 4096);
        assertThat(machine.memory()).isGreaterThan(Bytes.mebibytes(64));
        assertThat(machine.available())
                .hasValueSatisfying(bytes -> assertThat(bytes).isLessThanOrEqualTo(machine.memory()));
    }

    @Test
    void othersLoadIsBusyTimeThatIsNotOurs() throws IOException {
        // Busier than this very process can have been: its own time is real.
        write("proc/stat", "cpu  1000000 0 1000000 8000000 500000 0 0 0 0 0\ncpu0 1 2 3\n");
        OtherLoad.Reading reading = new OtherLoad(root).now().orElseThrow();
        assertThat(reading.all()).isEqualTo(10_500_000 * 10_000_000L);
        assertThat(reading.others()).isBetween(0L, 2_000_000 * 10_000_000L);

        Optional<OtherLoad.Reading> start = Optional.of(new OtherLoad.Reading(100, 10));
        assertThat(OtherLoad.between(start, Optional.of(new OtherLoad.Reading(200, 40))))
                .hasValue(0.3);
        assertThat(OtherLoad.between(start, Optional.of(new OtherLoad.Reading(200, 5))))
                .hasValue(0);
        assertThat(OtherLoad.between(start, start)).isEmpty();
        assertThat(OtherLoad.between(Optional.empty(), start)).isEmpty();
    }

    private Machine read() {
        return new ThisMachine(root).read();
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
