package io.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes on one ledger: killed at any moment, and two at once. */
class LedgerProcessesTest {
    private static final int KILLS = 20;

    @TempDir
    Path folder;

    @Test
    void aProcessKilledAtAnyMomentLeavesAVerifyingLedger() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("LedgerProcessesTest seed " + seed);
        Random random = new Random(seed);
        Path path = folder.resolve("ledger.db");
        Map<Long, String> said = new HashMap<>();
        for (int i = 0; i < KILLS; i++) {
            Path output = folder.resolve("output" + i);
            Process child = start(path, 1_000_000, "child" + i, output);
            // half of them right after the start, while the tables are made or the log is recovered
            boolean early = i % 2 == 0;
            long lines = early ? 0 : said.size() + random.nextInt(20);
            while (child.isAlive() && Files.size(output) < lines * 67) {
                Thread.sleep(1);
            }
            Thread.sleep(random.nextInt(early ? 900 : 8));
            assertThat(child.destroyForcibly().waitFor())
                    .as("exit code of a killed process, seed %d", seed)
                    .isEqualTo(128 + 9);
            for (String line : Files.readAllLines(output)) {
                String[] parts = line.split(" ", -1);
                // the last line may be torn
                if (parts.length == 2 && parts[1].length() == 64) {
                    said.put(Long.valueOf(parts[0]), parts[1]);
                }
            }
        }
        assertThat(said).as("seed %d", seed).hasSizeGreaterThan(KILLS);
        try (Ledger ledger = SqliteLedger.open(path, Clock.systemUTC())) {
            assertThat(ledger.verify()).as("seed %d", seed).isInstanceOf(Verification.Intact.class);
            List<Entry> entries = ledger.entries(0).toList();
            List<EvidenceKey> expected = new ArrayList<>();
            for (int i = 0; i < entries.size(); i++) {
                expected.add(LedgerChild.key(i));
            }
            assertThat(entries).extracting(e -> e.key().orElseThrow()).containsExactlyElementsOf(expected);
            said.forEach((sequence, digest) -> assertThat(
                            entries.get(Math.toIntExact(sequence) - 1).digest())
                    .as("what a child was told is recorded, seed %d", seed)
                    .isEqualTo(new Digest(digest)));
            System.out.println(KILLS + " kills, " + entries.size() + " entries");
        }
    }

    @Test
    void twoProcessesAtOnceNeverRecordAKeyTwice() throws Exception {
        Path path = folder.resolve("new/ledger.db");
        int keys = 300;
        List<Path> outputs = List.of(folder.resolve("one"), folder.resolve("two"));
        List<Process> children =
                List.of(start(path, keys, "one", outputs.getFirst()), start(path, keys, "two", outputs.getLast()));
        for (Process child : children) {
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue()).isZero();
        }
        assertThat(Files.readAllLines(outputs.getFirst()))
                .hasSize(keys)
                .isEqualTo(Files.readAllLines(outputs.getLast()));
        try (Ledger ledger = SqliteLedger.open(path, Clock.systemUTC())) {
            assertThat(ledger.verify())
                    .isInstanceOfSatisfying(
                            Verification.Intact.class,
                            intact -> assertThat(intact.entries()).isEqualTo(keys));
            long byOne =
                    ledger.entries(0).filter(e -> e.body().contains("\"one\"")).count();
            System.out.println(byOne + " of " + keys + " entries by one, the others by two");
        }
    }

    private static Process start(Path ledger, int keys, String name, Path output) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LedgerChild.class.getName(),
                        ledger.toString(),
                        String.valueOf(keys),
                        name)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
