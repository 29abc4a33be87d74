package io.stoa.store.approval;

import static java.util.Objects.requireNonNull;

import io.stoa.model.StoaException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys in PEM (RFC 7468): {@code PRIVATE KEY} is PKCS#8, {@code PUBLIC KEY} is X.509, {@code CERTIFICATE} is X.509 too. A
 * private key is only read from a file that nobody but its owner may read, a public one or a certificate only from a file
 * that nobody but its owner may change.
 */
public final class KeyFile {
    private static final int LARGEST = 64 * 1024;

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z ]{1,40})-----([^-]{1,65536})-----END \\1-----");

    private static final Set<PosixFilePermission> READERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private static final Set<PosixFilePermission> WRITERS =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final Path file;
    private final Purpose purpose;

    /** What the keys of a file sign. */
    public enum Purpose {
        VERDICTS("Ed25519", "verdicts", "stoa assess"),
        BUNDLES("EC", "bundles", "stoa bundle keys");

        private final String algorithm;
        private final String signed;
        private final String maker;

        Purpose(String algorithm, String signed, String maker) {
            this.algorithm = algorithm;
            this.signed = signed;
            this.maker = maker;
        }
    }

    public KeyFile(Path file, Purpose purpose) {
        this.file = requireNonNull(file, "file");
        this.purpose = requireNonNull(purpose, "purpose");
    }

    /** A PEM block. */
    public static String pem(String label, byte[] encoded) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    /** Where the public half of a key lies. */
    static Path publicFile(Path file) {
        String name = String.valueOf(file.getFileName());
        return file.resolveSibling((name.endsWith(".pem") ? name.substring(0, name.length() - 4) : name) + ".pub");
    }

    /** The private keys of a file that nobody but its owner may read. */
    public List<PrivateKey> privateKeys() {
        refuse(
                READERS,
                "may be read or written by others than its owner, who could sign " + purpose.signed
                        + " with it; run chmod 600 ");
        return blocks(
                "PRIVATE KEY",
                bytes -> KeyFactory.getInstance(purpose.algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes)));
    }

    /** The public keys of a file that nobody but its owner may change. */
    public List<PublicKey> publicKeys() {
        refuseIfOthersWrite();
        return blocks(
                "PUBLIC KEY",
                bytes -> KeyFactory.getInstance(purpose.algorithm).generatePublic(new X509EncodedKeySpec(bytes)));
    }

    /** The certificates of a file that nobody but its owner may change. */
    public List<X509Certificate> certificates() {
        refuseIfOthersWrite();
        return blocks("CERTIFICATE", bytes -> (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes)));
    }

    /**
     * The one private key of a file, with its public half from the same file or from the {@code .pub} beside it.
     *
     * @throws StoaException of kind {@code USER} when there is not just one of each
     */
    public KeyPair pair() {
        List<PrivateKey> keys = privateKeys();
        if (keys.size() != 1) {
            throw StoaException.user(file + ": holds " + keys.size() + " private keys instead of one; name a PEM file"
                    + " with one " + purpose.algorithm + " key");
        }
        List<PublicKey> own = publicKeys();
        List<PublicKey> publics = own.isEmpty() ? new KeyFile(publicFile(file), purpose).publicKeys() : own;
        if (publics.size() != 1) {
            throw StoaException.user(publicFile(file) + ": holds " + publics.size()
                    + " public keys instead of one; put the one that belongs to " + file + " there");
        }
        return new KeyPair(publics.getFirst(), keys.getFirst());
    }

    /**
     * Writes both halves, for the owner's eyes only. Of two processes that do this the first one's key stays.
     *
     * @return false when the file was there already, and is left as it is
     */
    public boolean create(KeyPair pair) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            String pem = pem("PRIVATE KEY", pair.getPrivate().getEncoded())
                    + pem("PUBLIC KEY", pair.getPublic().getEncoded());
            Path half = beside(file);
            try {
                write(half, pem, "rw-------");
                // a link is refused where a file is
                Files.createLink(file, half);
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            } finally {
                Files.deleteIfExists(half);
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Writes the public half beside the key, where it is not yet. */
    public Path publish(PublicKey key) {
        Path place = publicFile(file);
        if (Files.exists(place)) {
            return place;
        }
        Path half = beside(place);
        try {
            write(half, pem("PUBLIC KEY", key.getEncoded()), "rw-r--r--");
            Files.move(half, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return place;
        } catch (IOException e) {
            throw unwritable(place, e);
        }
    }

    private interface Decoding<K> {
        K decode(byte[] bytes) throws GeneralSecurityException;
    }

    private <K> List<K> blocks(String label, Decoding<K> decoding) {
        List<K> found = new ArrayList<>();
        Matcher block = BLOCK.matcher(text());
        while (block.find()) {
            if (block.group(1).equals(label)) {
                found.add(decoded(block.group(2), label, decoding));
            }
        }
        return found;
    }

    private <K> K decoded(String base64, String label, Decoding<K> decoding) {
        byte[] bytes = {};
        try {
            bytes = Base64.getMimeDecoder().decode(base64);
            return decoding.decode(bytes);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": its " + label + " is no "
                            + (label.endsWith("KEY") ? purpose.algorithm + " key" : "X.509 certificate")
                            + "; name another file, or restore it from a copy",
                    e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private String text() {
        try {
            if (Files.size(file) > LARGEST) {
                throw StoaException.user(file + ": is too large for a key");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": no such key; `" + purpose.maker + "` makes one, or name the right file",
                    e);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": the key cannot be read (" + e + "); check who owns it and its permissions",
                    e);
        }
    }

    private void refuseIfOthersWrite() {
        refuse(
                WRITERS,
                "may be changed by others than its owner, who could make any " + purpose.signed
                        + " trusted; run chmod 644 ");
    }

    private void refuse(Set<PosixFilePermission> unwanted, String why) {
        try {
            if (Files.getPosixFilePermissions(file).stream().anyMatch(unwanted::contains)) {
                throw StoaException.user(file + ": " + why + file);
            }
        } catch (UnsupportedOperationException e) {
            // a file system without these permissions: then its owner guards it in another way
            return;
        } catch (IOException e) {
            // reading it says why
            return;
        }
    }

    private static Path beside(Path file) {
        return file.resolveSibling("." + file.getFileName() + "-"
                + ProcessHandle.current().pid() + "-" + Thread.currentThread().threadId() + ".part");
    }

    private static void write(Path file, String text, String permissions) throws IOException {
        FileAttribute<?>[] attributes =
                file.getFileSystem().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                        }
                        : new FileAttribute<?>[] {};
        Set<StandardOpenOption> fresh = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (ByteChannel channel = Files.newByteChannel(file, fresh, attributes)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private StoaException unwritable(Path place, IOException e) {
        return new StoaException(
                StoaException.Kind.RESOURCES,
                place + ": the key that signs " + purpose.signed + " cannot be written (" + e
                        + "); check the folder's permissions and free space",
                e);
    }
}
