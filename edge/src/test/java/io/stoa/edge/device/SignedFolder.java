package io.stoa.edge.device;

import io.stoa.model.Bytes;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The smallest format of bundles that can be trusted: files, an index of their digests, and a keyed digest (HMAC) of the
 * index, which is much cheaper than a signature. For tests of what a device does with a bundle, whatever its format, many thousand times.
 */
final class SignedFolder implements BundleFormat {
    private static final String INDEX = "index";
    private static final String SIGNATURE = "index.sig";

    private final SecretKey trusted;

    SignedFolder(SecretKey trusted) {
        this.trusted = trusted;
    }

    static SecretKey newKey() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return new SecretKeySpec(bytes, "HmacSHA256");
    }

    /** What a bundle of a test says of itself. */
    record Says(
            String name,
            String version,
            String platform,
            Instant created,
            Optional<Instant> expires,
            Optional<Bytes> memory) {
        static Says version(String version) {
            return new Says(
                    "kiosk",
                    version,
                    "linux-x64",
                    Instant.parse("2026-11-01T00:00:00Z"),
                    Optional.of(Instant.parse("2027-11-01T00:00:00Z")),
                    Optional.empty());
        }

        Says platform(String other) {
            return new Says(name, version, other, created, expires, memory);
        }

        Says named(String other) {
            return new Says(other, version, platform, created, expires, memory);
        }

        Says expiring(String created, String expires) {
            return new Says(
                    name, version, platform, Instant.parse(created), Optional.of(Instant.parse(expires)), memory);
        }

        Says needing(Bytes need) {
            return new Says(name, version, platform, created, expires, Optional.of(need));
        }
    }

    /** Writes a bundle. */
    static Path write(Path folder, SecretKey key, Says says, Map<String, byte[]> files) throws IOException {
        StringBuilder index = new StringBuilder();
        index.append(String.join(
                        " ",
                        says.name(),
                        says.version(),
                        says.platform(),
                        says.created().toString(),
                        says.expires().map(Instant::toString).orElse("-"),
                        says.memory().map(bytes -> Long.toString(bytes.count())).orElse("-")))
                .append('\n');
        for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
            index.append(Digest.of(file.getValue()).hex())
                    .append(' ')
                    .append(file.getValue().length)
                    .append(' ')
                    .append(file.getKey())
                    .append('\n');
        }
        byte[] bytes = index.toString().getBytes(StandardCharsets.UTF_8);
        Files.write(folder.resolve(INDEX), bytes);
        Files.write(folder.resolve(SIGNATURE), sign(key, bytes));
        return folder;
    }

    private static byte[] sign(SecretKey key, byte[] bytes) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private record Index(BundleFacts facts, Map<String, Digest> digests, List<Entry> entries) {}

    private Index index(Path folder) {
        try {
            byte[] bytes = Files.readAllBytes(folder.resolve(INDEX));
            byte[] signed = Files.readAllBytes(folder.resolve(SIGNATURE));
            if (!MessageDigest.isEqual(sign(trusted, bytes), signed)) {
                throw StoaException.user(folder + ": its signature is wrong");
            }
            String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
            Map<String, Digest> digests = new TreeMap<>();
            List<Entry> entries =
                    new ArrayList<>(List.of(new Entry(INDEX, bytes.length), new Entry(SIGNATURE, signed.length)));
            for (int i = 1; i + 1 < lines.length; i++) {
                String[] parts = lines[i].split(" ", 3);
                digests.put(parts[2], new Digest(parts[0]));
                entries.add(new Entry(parts[2], Long.parseLong(parts[1])));
            }
            return new Index(facts(lines[0], Digest.of(bytes)), digests, entries);
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, folder + ": no bundle (" + e + ")", e);
        }
    }

    private static BundleFacts facts(String line, Digest digest) {
        String[] parts = line.split(" ", 6);
        return new BundleFacts(
                parts[0],
                new BundleVersion(parts[1]),
                Optional.of(parts[2]),
                Instant.parse(parts[3]),
                parts[4].equals("-") ? Optional.empty() : Optional.of(Instant.parse(parts[4])),
                parts[5].equals("-") ? Optional.empty() : Optional.of(new Bytes(Long.parseLong(parts[5]))),
                digest);
    }

    @Override
    public Incoming open(Path bundle, Optional<Path> installed, Instant now) {
        Index index = index(bundle);
        return new Incoming() {
            @Override
            public BundleFacts facts() {
                return index.facts();
            }

            @Override
            public List<Entry> entries() {
                return index.entries();
            }

            @Override
            public InputStream open(Entry entry) throws IOException {
                return Files.newInputStream(bundle.resolve(entry.path()));
            }

            @Override
            public void close() {
                // nothing is held open
            }
        };
    }

    @Override
    public Bundle verify(Path folder, Instant when, Progress progress) {
        Index index = index(folder);
        TreeSet<String> expected = new TreeSet<>();
        index.entries().forEach(entry -> expected.add(entry.path()));
        TreeSet<String> found = new TreeSet<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.filter(Files::isRegularFile)
                    .forEach(file -> found.add(folder.relativize(file).toString()));
            if (!found.equals(expected)) {
                throw StoaException.user(folder + ": holds " + found + " and should hold " + expected);
            }
            index.digests().forEach((path, digest) -> {
                try {
                    if (!Digest.of(Files.readAllBytes(folder.resolve(path))).equals(digest)) {
                        throw StoaException.user(folder + ": " + path + " was changed");
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Bundle(index.facts(), folder.resolve("model.gguf"), SelfTestPlan.NONE);
    }
}
