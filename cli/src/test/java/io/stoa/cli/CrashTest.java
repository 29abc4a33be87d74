package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.store.Entry;
import io.stoa.store.SqliteLedger;
import io.stoa.store.Verification;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code kill -9} at random moments: the same command goes on, the verdicts are the same, nothing stands twice. {@code mvn
 * -pl cli -am verify -Dtest=CrashTest -Dsurefire.failIfNoSpecifiedTests=false -Dstoa.kills=20} kills oftener.
 */
class CrashTest {
    private static final int KILLS = Integer.getInteger("stoa.kills", 6);

    @TempDir
    private Path folder;

    @Test
    void aKilledAssessmentGoesOnToTheSameVerdicts() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path undisturbed = Files.createDirectory(folder.resolve("undisturbed"));
        Path disturbed = Files.createDirectory(folder.resolve("disturbed"));
        Quickstart.small(undisturbed);
        Quickstart.small(disturbed);

        long started = System.nanoTime();
        Map<String, String> expected = verdicts(undisturbed);
        long whole = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);

        int killed = 0;
        for (int round = 0; killed < KILLS && round < 2 * KILLS; round++) {
            Process process = start(disturbed);
            // Later rounds have less left to do, so the moments are drawn from the whole length of a run each time.
            if (!process.waitFor(1 + random.nextLong(Math.max(1, whole)), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                killed++;
            } else {
                // Nothing is left to interrupt: begin anew, so that every try finds work to stop.
                check(disturbed, "seed " + seed + " after a whole run");
                try (Stream<Path> kept = Files.walk(disturbed.resolve(".stoa"))) {
                    kept.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
                }
                continue;
            }
            check(disturbed, "seed " + seed + " after kill " + killed);
        }
        System.out.println("killed " + killed + " running assessments, seed " + seed);
        assertThat(killed).as("seed %d: kills that hit a running process", seed).isGreaterThanOrEqualTo(KILLS / 2);
        assertThat(verdicts(disturbed)).as("seed %d", seed).isEqualTo(expected);
        check(disturbed, "seed " + seed + " at the end");
    }

    private static void check(Path home, String when) {
        Path file = home.resolve(".stoa/ledger.db");
        if (!Files.exists(file)) {
            return;
        }
        try (SqliteLedger ledger = SqliteLedger.open(file, Clock.systemUTC())) {
            assertThat(ledger.verify()).as(when).isInstanceOf(Verification.Intact.class);
            try (Stream<Entry> entries = ledger.entries(0)) {
                List<String> keys = entries.flatMap(entry -> entry.key().stream())
                        .map(Object::toString)
                        .collect(Collectors.toCollection(ArrayList::new));
                assertThat(keys).as("%s: no result stands twice", when).doesNotHaveDuplicates();
            }
        }
    }

    private Process start(Path home) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "-Dstoa.natives=" + System.getProperty("stoa.natives"),
                "-cp",
                System.getProperty("java.class.path"),
                "io.stoa.cli.Main",
                "assess",
                "--json",
                "--quiet",
                home.resolve("stoa.yaml").toString());
        return new ProcessBuilder(command)
                .redirectOutput(new File(home.toFile(), "out.json"))
                .redirectError(new File(home.toFile(), "err.txt"))
                .start();
    }

    private static void finish(Process process, Path home) throws Exception {
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(home.resolve("err.txt")))
                .isIn(0, 10, 11, 12);
    }

    /** Candidate to verdict, with the checks that it rests on. */
    private Map<String, String> verdicts(Path home) throws Exception {
        finish(start(home), home);
        Map<String, String> verdicts = new TreeMap<>();
        for (JsonNode result :
                JsonMapper.shared().readTree(home.resolve("out.json").toFile()).path("results")) {
            List<String> because = new ArrayList<>();
            result.path("because")
                    .forEach(finding -> because.add(finding.path("check").stringValue("")));
            verdicts.put(
                    result.path("candidate").path("id").stringValue(""),
                    result.path("verdict").stringValue("") + " because " + because);
        }
        assertThat(verdicts).hasSize(2);
        return verdicts;
    }
}
