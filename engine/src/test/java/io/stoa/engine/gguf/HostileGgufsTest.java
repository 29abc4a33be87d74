package io.stoa.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileGgufsTest {
    private static final long SEED = 20_261_125;

    @TempDir
    private Path folder;

    @Test
    void refusesWhatMustBeRefusedAndNeverFailsOtherwise() throws IOException {
        List<HostileGgufs.Hostile> all = HostileGgufs.all(SEED);
        List<String> wrong = new ArrayList<>();
        int accepted = 0;
        for (HostileGgufs.Hostile hostile : all) {
            Path file = folder.resolve("hostile.gguf");
            Files.write(file, hostile.bytes());
            boolean refused = refuses(file, hostile.name());
            if (hostile.mustRefuse() && !refused) {
                wrong.add(hostile.name());
            }
            accepted += refused ? 0 : 1;
        }
        System.out.println(
                "hostile files, seed " + SEED + ": " + all.size() + ", of which accepted as sound: " + accepted);
        assertThat(wrong).as("accepted, but must be refused").isEmpty();
        assertThat(all).hasSizeGreaterThan(200);
        assertThat(accepted).as("some changes leave a file sound").isGreaterThan(20);
    }

    @Test
    void isTheSameForTheSameSeed() {
        assertThat(fingerprints()).isEqualTo(fingerprints());
    }

    private static List<String> fingerprints() {
        return HostileGgufs.all(1).stream()
                .map(hostile -> hostile.name() + " " + Arrays.hashCode(hostile.bytes()))
                .toList();
    }

    @Test
    void survivesRandomChanges() throws IOException {
        long seed = System.nanoTime();
        System.out.println("random changes, seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        GgufWriter writer = HostileGgufs.sound();
        byte[] sound = writer.bytes();
        int header = writer.marks().get(writer.marks().size() - writer.tensors().size());
        Path file = folder.resolve("fuzzed.gguf");
        long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        int tried = 0;
        int refused = 0;
        while (System.nanoTime() < end) {
            byte[] changed = sound.clone();
            int changes = 1 + random.nextInt(8);
            for (int i = 0; i < changes; i++) {
                int at = random.nextInt(random.nextInt(4) == 0 ? changed.length : header);
                switch (random.nextInt(4)) {
                    case 0 -> changed[at] = (byte) random.nextInt(256);
                    case 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
                    case 2 -> changed[at] = (byte) (random.nextBoolean() ? 0xff : 0);
                    default -> {
                        int length = Math.min(1 + random.nextInt(32), changed.length - at);
                        System.arraycopy(sound, random.nextInt(header), changed, at, Math.min(length, header));
                    }
                }
            }
            Files.write(file, changed);
            refused += refuses(file, "seed " + seed + ", number " + tried) ? 1 : 0;
            tried++;
        }
        System.out.println("random changes tried: " + tried + ", refused: " + refused);
        assertThat(refused).isPositive();
    }

    /** Whether the preflight refuses it; any failure but a refusal that names the file fails the test. */
    private static boolean refuses(Path file, String name) {
        try {
            GgufHeader header = Preflight.examine(file);
            assertThat(Preflight.warnings(header)).doesNotContainNull();
            Preflight.weights(file, header, Progress.NONE);
            return false;
        } catch (StoaException e) {
            assertThat(e.kind()).as(name).isEqualTo(StoaException.Kind.USER);
            assertThat(e).as(name).hasMessageStartingWith(file + ": ").hasMessageContaining("; ");
            return true;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return fail(name + ": " + e, e);
        }
    }
}
