package io.stoa.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.inspect.observation.Outcome;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attack files and benign ones, counted. */
class TrialsTest {
    private static final Duration LONGEST = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void attacksAreCaught() throws IOException {
        List<String> missed = new ArrayList<>();
        int count = 0;
        for (Attacks.Attack attack : Attacks.all()) {
            Path own = Files.createDirectory(folder.resolve("attack" + count++));
            Inspection inspection = Inspector.inspect(attack.maker().in(own), Optional.empty(), Progress.NONE);
            if (inspection.outcome().compareTo(attack.least()) < 0) {
                missed.add(attack.name() + ": " + inspection.observations());
            }
        }
        System.out.println(count + " attacks, missed: " + missed);
        assertThat(count).isGreaterThanOrEqualTo(100);
        assertThat(missed).isEmpty();
    }

    @Test
    void benignFilesDoNotFail() throws IOException {
        List<String> failed = new ArrayList<>();
        int count = 0;
        for (Benign.File file : Benign.all()) {
            Path own = Files.createDirectory(folder.resolve("benign" + count++));
            Inspection inspection = Inspector.inspect(file.maker().in(own), Optional.empty(), Progress.NONE);
            if (inspection.outcome() == Outcome.FAIL) {
                failed.add(file.name() + ": " + inspection.of(Outcome.FAIL));
            }
        }
        System.out.println(count + " benign files, failed: " + failed);
        assertThat(count).isGreaterThanOrEqualTo(30);
        assertThat(failed).isEmpty();
    }

    /** Bytes changed at random never crash the examination, nor keep it for long. */
    @Test
    void damagedFilesAreAnswered() throws IOException {
        long seed = Long.getLong("stoa.fuzz.seed", System.nanoTime());
        int rounds = Integer.getInteger("stoa.fuzz.rounds", 40);
        System.out.println("seed " + seed + ", " + rounds + " rounds");
        SplittableRandom random = new SplittableRandom(seed);
        List<Benign.File> files =
                Benign.all().stream().filter(file -> file.small()).toList();
        for (int round = 0; round < rounds; round++) {
            Benign.File file = files.get(random.nextInt(files.size()));
            Path own = Files.createDirectory(folder.resolve("fuzz" + round));
            Path target = file.maker().in(own);
            byte[] bytes = Files.readAllBytes(target);
            int changes = 1 + random.nextInt(8);
            for (int change = 0; change < changes && bytes.length > 0; change++) {
                int reach = random.nextBoolean() ? Math.min(bytes.length, 600) : bytes.length;
                bytes[random.nextInt(reach)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(8) == 0) {
                bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            }
            Files.write(target, bytes);
            long start = System.nanoTime();
            try {
                assertThat(Inspector.inspect(target, Optional.empty(), Progress.NONE)
                                .observations())
                        .isNotEmpty();
            } catch (StoaException e) {
                assertThat(e.kind())
                        .as(file.name() + ", seed " + seed + ", round " + round)
                        .isEqualTo(StoaException.Kind.USER);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as(file.name() + ", seed " + seed + ", round " + round)
                    .isLessThan(LONGEST);
        }
    }
}
