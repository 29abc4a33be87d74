package io.stoa.hardware.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GpusTest {
    @TempDir
    private Path root;

    @Test
    void nvidiaTellsNameMemoryAndDriver() {
        List<String> command = List.of("echo", "NVIDIA H100 80GB HBM3, 81559, 570.86.10");
        assertThat(new Gpus(root, command).read())
                .containsExactly(
                        new Gpus.Gpu("NVIDIA H100 80GB HBM3", Bytes.mebibytes(81559), "echo, driver 570.86.10"));
    }

    @Test
    void whatIsNoAnswerIsNoCard() {
        assertThat(new Gpus(root, List.of("echo", "No devices were found")).read())
                .isEmpty();
        assertThat(new Gpus(root, List.of("false")).read()).isEmpty();
        assertThat(new Gpus(root, List.of("no-such-program-anywhere")).read()).isEmpty();
    }

    @Test
    void amdsDriverTellsBytes() throws IOException {
        Path device = Files.createDirectories(root.resolve("sys/class/drm/card1/device"));
        Files.writeString(device.resolve("mem_info_vram_total"), "17163091968\n");
        Files.createDirectories(root.resolve("sys/class/drm/card0/device"));
        Files.createDirectories(root.resolve("sys/class/drm/card1-DP-1/device"));
        assertThat(new Gpus(root, List.of("false")).read()).singleElement().satisfies(gpu -> {
            assertThat(gpu.name()).isEqualTo("AMD card1");
            assertThat(gpu.memory()).isEqualTo(new Bytes(17163091968L));
        });
    }

    @Test
    void throughputIsWithinWhatProcessorsOfTodayDo() {
        Throughput throughput = Throughput.measure(1, 32 << 20);
        // From a small board on a busy day to the largest core there is.
        assertThat(throughput.bytesPerSecond()).isBetween(1e8, 1e12);
        assertThat(throughput.operationsPerSecond()).isBetween(1e7, 1e12);
    }

    /** As many times the memory as there are threads would not fit into the heap. */
    @Test
    void manyThreadsShareTheMemory() {
        long half = Runtime.getRuntime().maxMemory() / 2;
        assertThat(Throughput.measure(12, Math.min(half, 256 << 20)).bytesPerSecond())
                .isPositive();
    }
}
