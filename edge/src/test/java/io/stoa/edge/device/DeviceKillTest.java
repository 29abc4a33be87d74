package io.stoa.edge.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.model.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of a process that installs one bundle after the other; -Dstoa.kills=40 kills oftener. */
class DeviceKillTest {
    private static final int KILLS = Integer.getInteger("stoa.kills", 5);

    @TempDir
    private Path work;

    @Test
    void aKilledInstallationLeavesAWholeBundle() throws Exception {
        long seed = Long.getLong("stoa.seed", System.nanoTime());
        Random random = new Random(seed);
        SecretKey key = SignedFolder.newKey();
        int before = 0;
        int kept = 0;
        int changed = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            int tried = installAndKill(key, before + 1, random);
            int now = runs(key);
            assertThat(now)
                    .as("seed %d, kill %d: version %d was being installed", seed, kill, tried)
                    .isIn(tried, tried - 1);
            kept += now == tried - 1 ? 1 : 0;
            changed += now == tried ? 1 : 0;
            before = tried;
            assertThat(work.resolve("device/state.json.part")).doesNotExist();
        }
        System.out.println(KILLS + " kills (seed " + seed + "): " + kept + " times the bundle before, " + changed
                + " times the one that was being installed");
    }

    private int runs(SecretKey key) {
        try (Running running =
                KilledInstallation.device(work.resolve("device"), key).start(Progress.NONE)) {
            return Integer.parseInt(running.resident().version());
        }
    }

    /** Lets a process install at least one bundle, kills it some time later, and tells the last version it began. */
    private int installAndKill(SecretKey key, int first, Random random) throws IOException, InterruptedException {
        Path out = work.resolve("out.txt");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        KilledInstallation.class.getName(),
                        work.toString(),
                        HexFormat.of().formatHex(key.getEncoded()),
                        Integer.toString(first)))
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            while (versions(out).size() < 2) {
                assertThat(process.isAlive()).as("it installs").isTrue();
                assertThat(System.nanoTime()).as("it begins in time").isLessThan(patience);
                Thread.sleep(5);
            }
            Thread.sleep(random.nextLong(300));
        } finally {
            process.destroyForcibly().waitFor();
        }
        return Integer.parseInt(versions(out).getLast());
    }

    private static List<String> versions(Path out) throws IOException {
        return Files.exists(out) ? Files.readAllLines(out) : List.of();
    }
}
