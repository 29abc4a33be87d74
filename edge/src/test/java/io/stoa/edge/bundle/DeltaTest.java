package io.stoa.edge.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.edge.sign.Curve;
import io.stoa.edge.sign.Trust;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.engine.llama.LogSink;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeltaTest {
    private static final LlamaRuntime LLAMA = LlamaRuntime.load(
            Path.of(System.getProperty("stoa.natives", "../engine/target/natives")), LogSink.systemLogger());

    @TempDir
    private Path folder;

    private Workshop workshop;

    @BeforeEach
    void open() {
        workshop = new Workshop(folder, Curve.P256);
    }

    private VerifiedBundle bundle(String name, long version, byte[] model) throws IOException {
        Path file = folder.resolve(name + ".gguf");
        Files.write(file, model);
        Path place = folder.resolve(name);
        workshop.build(place, version, Content.File.of(file));
        return workshop.sound(place);
    }

    private BundleCheck apply(VerifiedBundle from, Path delta, String to) {
        return apply(from, delta, to, workshop.trust());
    }

    private BundleCheck apply(VerifiedBundle from, Path delta, String to, Trust trust) {
        return Delta.apply(from, delta, folder.resolve(to), trust, Workshop.NOW, Progress.NONE);
    }

    private Delta.Made make(VerifiedBundle from, VerifiedBundle to, String name) {
        return Delta.make(from, to, folder.resolve(name), Progress.NONE);
    }

    private static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void whatIsMovedOrInsertedIsCopiedAndTheRestIsCarried() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("whatIsMovedOrInsertedIsCopiedAndTheRestIsCarried: seed " + seed);
        byte[] old = random(seed, 300_000);
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        changed.write(old, 100_001, 150_000);
        changed.write(random(seed + 1, 777));
        changed.write(old, 3, 90_000);
        changed.write(old, 299_000, 1000);
        VerifiedBundle from = bundle("old.tar", 1, old);
        VerifiedBundle to = bundle("new.tar", 2, changed.toByteArray());
        Delta.Made made = make(from, to, "new.delta");
        assertThat(made.copied()).isGreaterThan(240_000);
        assertThat(made.size()).isLessThan(12_000);
        BundleCheck check = apply(from, folder.resolve("new.delta"), "restored.tar");
        assertThat(check).isInstanceOf(BundleCheck.Sound.class);
        assertThat(folder.resolve("restored.tar")).hasSameBinaryContentAs(to.path());
        assertThat(apply(from, folder.resolve("new.delta"), "restored")).isInstanceOf(BundleCheck.Sound.class);
        assertThat(workshop.sound(folder.resolve("restored")).identity()).isEqualTo(to.identity());
    }

    @Test
    void everyShapeOfChangeIsRestoredExactly() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("everyShapeOfChangeIsRestoredExactly: seed " + seed);
        Random random = new Random(seed);
        byte[] old = random(seed, 20_000);
        VerifiedBundle from = bundle("old.tar", 1, old);
        for (int i = 0; i < 12; i++) {
            ByteArrayOutputStream model = new ByteArrayOutputStream();
            for (int piece = random.nextInt(5); piece >= 0; piece--) {
                int at = random.nextInt(old.length);
                int length = random.nextInt(old.length - at);
                switch (random.nextInt(3)) {
                    case 0 -> model.write(old, at, length);
                    case 1 -> model.write(random(random.nextLong(), random.nextInt(3000)));
                    default -> model.write(new byte[random.nextInt(5000)]);
                }
            }
            VerifiedBundle to = bundle("new" + i + ".tar", i + 2, model.toByteArray());
            make(from, to, "delta" + i);
            Path restored = folder.resolve("restored" + i + ".tar");
            assertThat(apply(from, folder.resolve("delta" + i), "restored" + i + ".tar"))
                    .as("step " + i)
                    .isInstanceOf(BundleCheck.Sound.class);
            assertThat(restored).hasSameBinaryContentAs(to.path());
        }
    }

    @Test
    void aDeltaBetweenTwoQuantizationsIsSmallerThanTheWhole() throws IOException {
        Path base = Path.of("../examples/quickstart/models/mini.gguf");
        for (List<String> types :
                List.of(List.of("Q8_0", "Q4_0"), List.of("Q4_K_M", "Q5_K_M"), List.of("Q4_0", "Q8_0"))) {
            byte[] old = quantized(base, types.getFirst());
            byte[] changed = quantized(base, types.getLast());
            String name = types.getFirst() + "-" + types.getLast();
            VerifiedBundle from = bundle(name + "-old.tar", 1, old);
            VerifiedBundle to = bundle(name + "-new.tar", 2, changed);
            Delta.Made made = make(from, to, name);
            System.out.printf(
                    "%s: delta %d of %d bytes (%.0f %%), %d copied%n",
                    name, made.size(), made.whole(), 100.0 * made.size() / made.whole(), made.copied());
            assertThat(made.size()).isLessThan(made.whole());
            assertThat(apply(from, folder.resolve(name), name + "-restored.tar"))
                    .isInstanceOf(BundleCheck.Sound.class);
            assertThat(folder.resolve(name + "-restored.tar")).hasSameBinaryContentAs(to.path());
        }
    }

    private byte[] quantized(Path base, String type) throws IOException {
        Path file = folder.resolve(type + ".gguf");
        if (!Files.exists(file)) {
            LLAMA.quantize(base, file, type, 1);
        }
        return Files.readAllBytes(file);
    }

    @Test
    void whateverIsDoneToADeltaOnlyTheSignedBundleComesOut() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("whateverIsDoneToADeltaOnlyTheSignedBundleComesOut: seed " + seed);
        Random random = new Random(seed);
        byte[] old = random(seed, 30_000);
        byte[] changed = old.clone();
        System.arraycopy(random(seed + 1, 5000), 0, changed, 12_000, 5000);
        VerifiedBundle from = bundle("old.tar", 1, old);
        VerifiedBundle to = bundle("new.tar", 2, changed);
        make(from, to, "sound.delta");
        byte[] sound = Files.readAllBytes(folder.resolve("sound.delta"));
        Path delta = folder.resolve("changed.delta");
        Path place = folder.resolve("out.tar");
        int refused = 0;
        for (int i = 0; i < 120; i++) {
            byte[] bytes = sound.clone();
            if (i % 4 == 3) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            } else {
                // the head has most of the bytes here, so the body gets its share
                int from0 = i % 2 == 0 ? 0 : bytes.length - 6000;
                bytes[from0 + random.nextInt(bytes.length - from0)] ^= (byte) (1 + random.nextInt(255));
            }
            Files.write(delta, bytes);
            BundleCheck check = apply(from, delta, "out.tar");
            if (check instanceof BundleCheck.Sound) {
                // such as a bit that deflate does not use
                assertThat(place).hasSameBinaryContentAs(to.path());
                Files.delete(place);
            } else {
                refused++;
                assertThat(place).doesNotExist();
            }
        }
        assertThat(refused).isGreaterThan(110);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> String.valueOf(path.getFileName()))).noneMatch(name -> name.endsWith(".part"));
        }
    }

    @Test
    void aDeltaThatSwellsOrIsForAnotherBundleIsRefused() throws IOException {
        VerifiedBundle from = bundle("old.tar", 1, random(1, 5000));
        VerifiedBundle to = bundle("new.tar", 2, random(2, 5000));
        make(from, to, "sound.delta");
        assertThat(apply(to, folder.resolve("sound.delta"), "wrong.tar"))
                .isInstanceOfSatisfying(
                        BundleCheck.Refused.class,
                        refused -> assertThat(refused.sentence()).contains("from another bundle"));
        Workshop stranger = new Workshop(Files.createDirectories(folder.resolve("stranger")), Curve.P256);
        assertThat(apply(from, folder.resolve("sound.delta"), "untrusted.tar", stranger.trust()))
                .isInstanceOfSatisfying(
                        BundleCheck.Refused.class,
                        refused -> assertThat(refused.fault()).isEqualTo(Fault.UNTRUSTED));
        byte[] sound = Files.readAllBytes(folder.resolve("sound.delta"));
        int head = 17 + ((sound[15] & 0xff) << 8 | (sound[16] & 0xff));
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        bomb.write(sound, 0, head);
        try (DeflaterOutputStream packed = new DeflaterOutputStream(bomb)) {
            packed.write(2);
            // a length of 2^50
            packed.write(new byte[] {-128, -128, -128, -128, -128, -128, -128, 2});
            packed.write(new byte[10_000_000]);
        }
        Files.write(folder.resolve("bomb.delta"), bomb.toByteArray());
        assertThat(apply(from, folder.resolve("bomb.delta"), "bomb.tar"))
                .isInstanceOfSatisfying(
                        BundleCheck.Refused.class,
                        refused -> assertThat(refused.sentence()).contains("makes more than was signed"));
        Files.write(folder.resolve("text.delta"), "no delta at all".getBytes(StandardCharsets.UTF_8));
        assertThat(apply(from, folder.resolve("text.delta"), "text.tar")).isInstanceOf(BundleCheck.Refused.class);
        assertThatThrownBy(() -> apply(from, folder.resolve("sound.delta"), "new.tar"))
                .isInstanceOf(StoaException.class);
    }
}
