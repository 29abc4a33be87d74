package io.stoa.gateway.audit;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * The Ed25519 key that checkpoints are signed with, as two PEM files that openssl reads: the private key (PKCS #8, mode
 * 0600) and, beside it with {@code .pub} appended, the public key, which belongs with whoever is to verify. A key that
 * lies on the same disk as the audit shows mistakes and other programs; against whoever owns that disk only a public key
 * or a witness kept elsewhere helps.
 */
public final class SigningKey {
    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";
    private static final int MOST_BYTES = 4096;

    private SigningKey() {}

    /**
     * Reads the key of a file, or makes one there when there is no file.
     *
     * @throws StoaException {@code USER} when the file is not such a key, {@code RESOURCES} when none can be written
     */
    public static KeyPair readOrMake(Path file) {
        return Files.exists(file) ? read(file) : make(file);
    }

    private static KeyPair read(Path file) {
        try {
            PrivateKey secret =
                    KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(decode(file, PRIVATE)));
            return new KeyPair(readPublic(publicOf(file)), secret);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Reads a public key.
     *
     * @throws StoaException {@code USER} when the file is not such a key
     */
    public static PublicKey readPublic(Path file) {
        try {
            return decode(decode(file, PUBLIC));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw unreadable(file, e);
        }
    }

    /** A public key from its X.509 bytes. */
    static PublicKey decode(byte[] x509) throws GeneralSecurityException {
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(x509));
    }

    /** The public key as PEM. */
    public static String pem(PublicKey key) {
        return pem(PUBLIC, key.getEncoded());
    }

    private static Path publicOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".pub");
    }

    private static KeyPair make(Path file) {
        try {
            KeyPair made = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                AuditFolder.makeFolders(folder);
            }
            write(publicOf(file), pem(made.getPublic()));
            write(file, pem(PRIVATE, made.getPrivate().getEncoded()));
            return made;
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    file + ": no key can be written there (" + e + "); name a place that you may write to",
                    e);
        } catch (GeneralSecurityException e) {
            throw new StoaException(StoaException.Kind.BUG, "this Java has no Ed25519", e);
        }
    }

    private static void write(Path file, String text) throws IOException {
        Path half = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(half);
        try (FileChannel channel = AuditFolder.open(half)) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String pem(String kind, byte[] bytes) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n";
    }

    private static byte[] decode(Path file, String kind) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("longer than a key");
        }
        String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        String opening = "-----BEGIN " + kind + "-----";
        String closing = "-----END " + kind + "-----";
        if (!text.startsWith(opening) || !text.endsWith(closing)) {
            throw new IOException("it does not begin with " + opening);
        }
        return Base64.getMimeDecoder().decode(text.substring(opening.length(), text.length() - closing.length()));
    }

    private static StoaException unreadable(Path file, Exception e) {
        return new StoaException(
                StoaException.Kind.USER,
                file + ": is not an Ed25519 key in PEM (" + e.getMessage()
                        + "); a key has two files, NAME and NAME.pub",
                e);
    }
}
