package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import io.stoa.store.CanonicalJson;
import io.stoa.store.RecordJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A device's journal in one file that can be carried away: a zip of
 *
 * <pre>
 * summary.json   a {@link JournalSummary} as canonical JSON: among other things the SHA-256 of each file below
 * summary.sig    the base64 of the Ed25519 signature over its bytes, by the device's key
 * journal/…      the chains, as they lie on the device
 * </pre>
 *
 * The signature shows that the file is what the device of that key made; which key is whose must be known from elsewhere.
 * Nothing of a file is believed before that: sizes, counts and names are bounded, also of what inflates.
 */
public final class JournalFile {
    private static final String SUMMARY = "summary.json";
    private static final String SIGNATURE = "summary.sig";
    private static final String PREFIX = "journal/";
    private static final int MOST_FILES = 100_000;
    private static final int MOST_SUMMARY = 32 << 20;
    private static final long MOST_BYTES = 4L << 30;
    private static final String NAME = "journal/[a-z0-9_][a-z0-9._-]{0,63}/"
            + "(checkpoints\\.jsonl|[0-9]{16}\\.(jsonl|salts)|content/[0-9]{13}/[0-9]{1,19}\\.json)";
    private static final RecordJson JSON = new RecordJson();

    private final Path file;
    private final JournalSummary summary;

    private JournalFile(Path file, JournalSummary summary) {
        this.file = file;
        this.summary = summary;
    }

    /**
     * Writes one, whole or not at all.
     *
     * @param journal the folder of the chains; of a chain that grows meanwhile, checkpoints are taken first
     * @throws StoaException {@code RESOURCES} when it cannot be written
     */
    public static JournalSummary write(Path file, Path journal, JournalSummary summary, KeyPair key) {
        Path whole = file.toAbsolutePath();
        Path half = whole.resolveSibling(
                "." + whole.getFileName() + "-" + ProcessHandle.current().pid() + ".part");
        try {
            try {
                JournalSummary signed;
                try (OutputStream out =
                                Files.newOutputStream(half, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                        ZipOutputStream zip = new ZipOutputStream(out)) {
                    Map<String, String> digests = new TreeMap<>();
                    for (Path each : files(journal)) {
                        String name =
                                PREFIX + journal.relativize(each).toString().replace('\\', '/');
                        digests.put(name, copy(each, name, zip));
                    }
                    signed = summary.over(digests);
                    byte[] bytes = JSON.write(signed).getBytes(StandardCharsets.UTF_8);
                    put(zip, SUMMARY, bytes);
                    put(zip, SIGNATURE, Base64.getEncoder().encode(sign(key, bytes)));
                }
                try (FileChannel channel = FileChannel.open(half, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                Files.move(half, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return signed;
            } finally {
                Files.deleteIfExists(half);
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    file + ": cannot be written (" + e + "); free some space, or name another place",
                    e);
        }
    }

    /** What belongs to chains, checkpoints before records. */
    private static List<Path> files(Path journal) throws IOException {
        List<Path> first = new ArrayList<>();
        List<Path> then = new ArrayList<>();
        try (Stream<Path> all = Files.walk(journal)) {
            for (Path each : all.sorted().toList()) {
                String name = PREFIX + journal.relativize(each).toString().replace('\\', '/');
                if (Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS) && name.matches(NAME)) {
                    (name.endsWith("/checkpoints.jsonl") ? first : then).add(each);
                }
            }
        }
        first.addAll(then);
        return first;
    }

    private static String copy(Path from, String name, ZipOutputStream zip) throws IOException {
        MessageDigest sha256 = Digest.sha256();
        zip.putNextEntry(new ZipEntry(name));
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(from)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha256.update(buffer, 0, read);
                zip.write(buffer, 0, read);
            }
        }
        zip.closeEntry();
        return Digest.of(sha256).hex();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    private static byte[] sign(KeyPair key, byte[] bytes) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key.getPrivate());
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new StoaException(StoaException.Kind.BUG, "the journal's key does not sign", e);
        }
    }

    /** The name that a journal's key gives its device. */
    public static String deviceOf(PublicKey key) {
        return Digest.of(key.getEncoded()).hex().substring(0, 16);
    }

    /**
     * Opens one and checks its signature.
     *
     * @param expected the device's key, known from elsewhere; without it the one that the file names, which shows only
     *     that the file is in itself what that key's owner made
     * @throws StoaException {@code USER} when it is none, or was changed
     */
    public static JournalFile open(Path file, Optional<PublicKey> expected) {
        requireNonNull(expected, "expected");
        try (ZipFile zip = new ZipFile(file.toFile())) {
            if (zip.size() > MOST_FILES) {
                throw wrong(file, "holds " + zip.size() + " files", null);
            }
            byte[] bytes = small(zip, file, SUMMARY, MOST_SUMMARY);
            byte[] signature = Base64.getDecoder().decode(small(zip, file, SIGNATURE, 1024));
            String text = new String(bytes, StandardCharsets.UTF_8);
            if (!CanonicalJson.write(JsonMapper.shared().readTree(text)).equals(text)) {
                throw wrong(file, "its summary is not canonical JSON", null);
            }
            JournalSummary summary = JSON.read(text, JournalSummary.class);
            PublicKey named = KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(summary.key())));
            if (!summary.device().equals(deviceOf(named))) {
                throw wrong(file, "it calls its device by a name that is not its key's", null);
            }
            if (expected.filter(key -> !key.equals(named)).isPresent()) {
                throw wrong(
                        file, "it was signed by the device " + summary.device() + ", not by the one expected", null);
            }
            Signature check = Signature.getInstance("Ed25519");
            check.initVerify(named);
            check.update(bytes);
            if (!check.verify(signature)) {
                throw wrong(file, "its signature is wrong: it was changed", null);
            }
            return new JournalFile(file, summary);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException | JacksonException e) {
            throw wrong(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static StoaException wrong(Path file, String what, @org.jspecify.annotations.Nullable Exception cause) {
        return new StoaException(
                StoaException.Kind.USER,
                file + ": is no sound journal of a device (" + what
                        + "); export it again with `stoa edge journal export`",
                cause);
    }

    private static byte[] small(ZipFile zip, Path file, String name, int most) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw wrong(file, "it has no " + name, null);
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw wrong(file, "its " + name + " is longer than " + most + " bytes", null);
            }
            return bytes;
        }
    }

    /** What it comes to. */
    public JournalSummary summary() {
        return summary;
    }

    /**
     * Unpacks the chains into an empty folder, where an audit's verifier finds them.
     *
     * @throws StoaException {@code USER} when a file of it was changed, is missing or is too much
     */
    public void unpack(Path into) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Set<String> seen = new HashSet<>();
            long left = MOST_BYTES;
            for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                String name = entry.getName();
                if (name.equals(SUMMARY) || name.equals(SIGNATURE)) {
                    continue;
                }
                if (!name.matches(NAME) || !seen.add(name)) {
                    throw wrong(file, "it holds something that is no part of a journal, or twice", null);
                }
                left = unpack(zip, entry, into.resolve(name.substring(PREFIX.length())), left);
            }
            if (!seen.equals(summary.files().keySet())) {
                throw wrong(file, "files of it are missing", null);
            }
        } catch (ZipException e) {
            throw wrong(file, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, file + ": cannot be unpacked into " + into + " (" + e + ")", e);
        }
    }

    private long unpack(ZipFile zip, ZipEntry entry, Path to, long most) throws IOException {
        Path folder = requireNonNull(to.getParent(), "folder");
        Files.createDirectories(folder);
        MessageDigest sha256 = Digest.sha256();
        long left = most;
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = zip.getInputStream(entry);
                OutputStream out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                left -= read;
                if (left < 0) {
                    throw wrong(file, "it inflates to more than " + MOST_BYTES + " bytes", null);
                }
                sha256.update(buffer, 0, read);
                out.write(buffer, 0, read);
            }
        }
        if (!Digest.of(sha256).hex().equals(summary.files().getOrDefault(entry.getName(), ""))) {
            throw wrong(file, entry.getName() + " was changed", null);
        }
        return left;
    }
}
