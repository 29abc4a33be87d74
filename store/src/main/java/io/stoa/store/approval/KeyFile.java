package io.stoa.store.approval;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys in PEM (RFC 7468): {@code PRIVATE KEY} is PKCS#8, {@code PUBLIC KEY} is X.509. */
final class KeyFile {
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

    KeyFile(Path file) {
        this.file = file;
    }

    static String pem(String label, byte[] encoded) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    /** The private keys of a file that nobody but its owner may read. */
    List<PrivateKey> privateKeys() {
        refuse(
                READERS,
                "may be read or written by others than its owner, who could sign verdicts with it; run chmod 600 ");
        return keys("PRIVATE KEY", (factory, bytes) -> factory.generatePrivate(new PKCS8EncodedKeySpec(bytes)));
    }

    /** The public keys of a file that nobody but its owner may change. */
    List<PublicKey> publicKeys() {
        refuse(WRITERS, "may be changed by others than its owner, who could make any verdict trusted; run chmod 644 ");
        return keys("PUBLIC KEY", (factory, bytes) -> factory.generatePublic(new X509EncodedKeySpec(bytes)));
    }

    private interface Decoding<K> {
        K decode(KeyFactory factory, byte[] bytes) throws GeneralSecurityException;
    }

    private <K> List<K> keys(String label, Decoding<K> decoding) {
        List<K> keys = new ArrayList<>();
        Matcher block = BLOCK.matcher(text());
        while (block.find()) {
            if (block.group(1).equals(label)) {
                keys.add(decoded(block.group(2), label, decoding));
            }
        }
        return keys;
    }

    private <K> K decoded(String base64, String label, Decoding<K> decoding) {
        byte[] bytes = {};
        try {
            bytes = Base64.getMimeDecoder().decode(base64);
            return decoding.decode(KeyFactory.getInstance(VerifyingKey.ALGORITHM), bytes);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": its " + label + " is no Ed25519 key; name another file, or restore it from a copy",
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
                    file + ": no such key; `stoa assess` makes one, or name the right file",
                    e);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": the key cannot be read (" + e + "); check who owns it and its permissions",
                    e);
        }
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
}
