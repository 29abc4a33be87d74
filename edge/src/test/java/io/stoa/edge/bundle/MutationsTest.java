package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.edge.sign.Curve;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is done to a bundle or its signature, it is refused, and never with an exception. */
class MutationsTest {
    private static final int FLIPS = Integer.getInteger("stoa.bundle.mutations", 150);

    @TempDir
    private Path folder;

    private Workshop workshop;
    private Path tar;
    private Map<String, byte[]> files;
    private int tried;

    @BeforeEach
    void build() throws IOException {
        workshop = new Workshop(folder, Curve.P256);
        tar = folder.resolve("sound.tar");
        workshop.build(tar, 2);
        Path plain = folder.resolve("sound");
        workshop.build(plain, 2);
        files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(plain)) {
            for (Path path : walk.filter(Files::isRegularFile).toList()) {
                files.put(plain.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
    }

    private BundleCheck.Refused refused(Path bundle, String what) {
        tried++;
        BundleCheck check = workshop.check(bundle);
        assertThat(check).as(what).isInstanceOf(BundleCheck.Refused.class);
        return (BundleCheck.Refused) check;
    }

    private BundleCheck.Refused refusedTar(byte[] bytes, String what) throws IOException {
        Path changed = folder.resolve("changed.tar");
        Files.write(changed, bytes);
        return refused(changed, what);
    }

    private BundleCheck.Refused refusedFolder(Map<String, byte[]> changed, String what) throws IOException {
        Path place = write(changed);
        BundleCheck.Refused refused = refused(place, what);
        delete(place);
        return refused;
    }

    private Path write(Map<String, byte[]> content) throws IOException {
        Path place = Files.createDirectories(folder.resolve("changed"));
        for (Map.Entry<String, byte[]> file : content.entrySet()) {
            Path path = place.resolve(file.getKey());
            Files.createDirectories(path.resolveSibling("."));
            Files.write(path, file.getValue());
        }
        return place;
    }

    private static void delete(Path place) throws IOException {
        try (Stream<Path> walk = Files.walk(place)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void everyChangedByteIsSeen() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("everyChangedByteIsSeen: seed " + seed);
        Random random = new Random(seed);
        byte[] sound = Files.readAllBytes(tar);
        for (int i = 0; i < FLIPS; i++) {
            byte[] changed = sound.clone();
            int at = random.nextInt(changed.length);
            changed[at] ^= (byte) (1 + random.nextInt(255));
            refusedTar(changed, "byte " + at);
        }
        // most bytes are the model's, so the small files get their share
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            for (int i = 0; i < 8; i++) {
                byte[] changed = file.getValue().clone();
                int at = random.nextInt(changed.length);
                changed[at] ^= (byte) (1 + random.nextInt(255));
                refusedFolder(with(file.getKey(), changed), file.getKey() + " byte " + at);
            }
        }
        assertThat(tried).isGreaterThan(FLIPS + 60);
    }

    private Map<String, byte[]> with(String name, byte[] content) {
        Map<String, byte[]> changed = new TreeMap<>(files);
        changed.put(name, content);
        return changed;
    }

    @Test
    void whatIsCutShortIsRefusedWhereverItEnds() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("whatIsCutShortIsRefusedWhereverItEnds: seed " + seed);
        Random random = new Random(seed);
        byte[] sound = Files.readAllBytes(tar);
        for (int i = 0; i < 60; i++) {
            int length = i < 20 ? i * 512 : random.nextInt(sound.length);
            refusedTar(Arrays.copyOf(sound, length), "cut at " + length);
        }
        assertThat(refusedTar(Arrays.copyOf(sound, sound.length - 1), "last byte")
                        .fault())
                .isEqualTo(Fault.TRUNCATED);
        for (String name : files.keySet()) {
            byte[] content = requireNonNull(files.get(name), name);
            refusedFolder(with(name, Arrays.copyOf(content, content.length - 1)), "short " + name);
            refusedFolder(with(name, Arrays.copyOf(content, content.length + 1)), "long " + name);
            refusedFolder(with(name, new byte[0]), "empty " + name);
            Map<String, byte[]> without = new TreeMap<>(files);
            without.remove(name);
            assertThat(refusedFolder(without, "without " + name).fault()).isEqualTo(Fault.MISSING);
        }
    }

    @Test
    void whatIsAddedIsRefused() throws IOException {
        byte[] some = {1, 2, 3};
        String blob = "blobs/sha256/" + "ab".repeat(32);
        for (String name : List.of("extra", blob, "blobs/extra", "blobs/sha256/short", "blobs/sha256/x/y", ".hidden")) {
            assertThat(refusedFolder(with(name, some), "with " + name).fault()).isEqualTo(Fault.STRANGER);
        }
        byte[] sound = Files.readAllBytes(tar);
        refusedTar(Arrays.copyOf(sound, sound.length + 512), "zeros behind");
        refusedTar(Arrays.copyOf(sound, sound.length + 10240), "a tape's zeros behind");
        byte[] trailing = Arrays.copyOf(sound, sound.length + 4);
        trailing[sound.length] = 'P';
        trailing[sound.length + 1] = 'K';
        assertThat(refusedTar(trailing, "a zip behind").fault()).isEqualTo(Fault.STRANGER);
        Map<String, byte[]> many = new TreeMap<>(files);
        for (int i = 0; i < 100; i++) {
            many.put("blobs/sha256/" + String.format("%064x", i), some);
        }
        assertThat(refusedFolder(many, "many").fault()).isEqualTo(Fault.STRANGER);
    }

    /** Tars of the right files that are built in a wrong way. */
    @Test
    void aTarOfAnotherFormIsRefused() throws Exception {
        List<String> order = List.copyOf(BundleFiles.of(tar).keySet());
        assertThat(tarOf(order)).isEqualTo(Files.readAllBytes(tar));
        List<String> reversed = new ArrayList<>(order).reversed();
        assertThat(refusedTar(tarOf(reversed), "reversed").sentence()).contains("another order");
        List<String> twice = new ArrayList<>(order);
        twice.add(order.getLast());
        assertThat(refusedTar(tarOf(twice), "twice").sentence()).contains("twice");
        for (int swap = 1; swap < order.size(); swap++) {
            List<String> swapped = new ArrayList<>(order);
            swapped.set(swap - 1, order.get(swap));
            swapped.set(swap, order.get(swap - 1));
            refusedTar(tarOf(swapped), "swapped " + swap);
        }
        // links, devices, folders, long names, other owners and times
        for (char type : "1234567gxLKSV\0".toCharArray()) {
            byte[] changed = Files.readAllBytes(tar);
            changed[156] = (byte) type;
            refusedTar(resummed(changed), "type " + (int) type);
        }
        for (int at : List.of(100, 108, 116, 136, 157, 257, 263, 265, 297, 329, 337, 345, 500)) {
            byte[] changed = Files.readAllBytes(tar);
            changed[at] = (byte) (changed[at] == '1' ? '2' : '1');
            refusedTar(resummed(changed), "field at " + at);
        }
        for (String name :
                List.of("../bundle.sig", "/bundle.sig", "./bundle.sig", "bundle.sig/", "BUNDLE.SIG", "a\\b")) {
            byte[] changed = Files.readAllBytes(tar);
            Arrays.fill(changed, 0, 100, (byte) 0);
            System.arraycopy(name.getBytes(StandardCharsets.US_ASCII), 0, changed, 0, name.length());
            refusedTar(resummed(changed), name);
        }
        for (String size : List.of("77777777777", "-0000000001", "00000000000", "0000000000\0", "99999999999")) {
            byte[] changed = Files.readAllBytes(tar);
            System.arraycopy(size.getBytes(StandardCharsets.US_ASCII), 0, changed, 124, 11);
            refusedTar(resummed(changed), "size " + size);
        }
        byte[] huge = Files.readAllBytes(tar);
        Arrays.fill(huge, 124, 136, (byte) 0xff);
        refusedTar(resummed(huge), "a negative binary size");
        huge[124] = (byte) 0x80;
        Arrays.fill(huge, 125, 128, (byte) 0);
        huge[128] = 0x7f;
        refusedTar(resummed(huge), "a huge binary size");
    }

    private byte[] tarOf(List<String> order) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Tar.Writer writer = new Tar.Writer(out);
        for (String name : order) {
            byte[] content = requireNonNull(files.get(name), name);
            writer.file(new Tar.Entry(name, content.length, false), part -> part.write(content));
        }
        writer.end();
        return out.toByteArray();
    }

    private static byte[] resummed(byte[] tar) {
        Arrays.fill(tar, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += tar[i] & 0xff;
        }
        byte[] digits = String.format("%06o", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, tar, 148, 6);
        tar[154] = 0;
        return tar;
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        for (String name : files.keySet()) {
            Path place = write(files);
            Path file = place.resolve(name);
            Path elsewhere = folder.resolve("elsewhere");
            Files.deleteIfExists(elsewhere);
            Files.move(file, elsewhere);
            Files.createSymbolicLink(file, elsewhere);
            refused(place, "link " + name);
            delete(place);
        }
        Path place = write(files);
        Path blobs = place.resolve("blobs");
        Path elsewhere = folder.resolve("moved");
        Files.move(blobs, elsewhere);
        Files.createSymbolicLink(blobs, elsewhere);
        refused(place, "link to a folder");
        Files.delete(blobs);
        Files.move(elsewhere, blobs);
        Path link = folder.resolve("link");
        Files.createSymbolicLink(link, place);
        refused(link, "link to the bundle");
        delete(place);
    }

    @Test
    void signedByAnotherOrForAnotherBundleIsRefused() throws IOException {
        Workshop stranger = new Workshop(Files.createDirectories(folder.resolve("stranger")), Curve.P256);
        Path resigned = folder.resolve("stranger/bundle");
        stranger.build(resigned, 2);
        assertThat(refused(resigned, "re-signed").fault()).isEqualTo(Fault.UNTRUSTED);
        Path other = folder.resolve("other");
        workshop.build(other, 3);
        byte[] signature = Files.readAllBytes(other.resolve("bundle.sig"));
        refusedFolder(with("bundle.sig", signature), "the signature of version 3");
        assertThat(refused(folder.resolve("nothing"), "nothing").fault()).isEqualTo(Fault.UNREADABLE);
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertThat(refused(empty, "empty").fault()).isEqualTo(Fault.MISSING);
    }
}
