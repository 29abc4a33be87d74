package io.stoa.store.approval;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.List;
import java.util.Set;

/**
 * The key that signs verdicts: one file with both halves, {@code verdicts.pem}, that only its owner may read, and beside
 * it {@code verdicts.pub} with the public half, which is what gateways are given. A private key of another making, such
 * as of {@code openssl genpkey -algorithm ed25519}, is taken when its public half lies beside it.
 */
public final class SigningKey {
    private final PrivateKey key;
    private final VerifyingKey verifying;

    private SigningKey(PrivateKey key, VerifyingKey verifying) {
        this.key = key;
        this.verifying = verifying;
    }

    /** Where the public half of a key lies. */
    public static Path publicFile(Path file) {
        String name = String.valueOf(file.getFileName());
        return file.resolveSibling((name.endsWith(".pem") ? name.substring(0, name.length() - 4) : name) + ".pub");
    }

    /** The key of a file, which is made first when there is none. Safe for use by several processes. */
    public static SigningKey obtain(Path file) {
        if (!Files.exists(file)) {
            create(file);
        }
        return read(file);
    }

    /**
     * The key of a file.
     *
     * @throws StoaException of kind {@code USER} when there is none, it is no such key, or others may read it
     */
    public static SigningKey read(Path file) {
        KeyFile pem = new KeyFile(file);
        List<PrivateKey> keys = pem.privateKeys();
        if (keys.size() != 1) {
            throw StoaException.user(file + ": holds " + keys.size() + " private keys instead of one; name a PEM file"
                    + " with an Ed25519 key");
        }
        List<PublicKey> own = pem.publicKeys();
        List<PublicKey> publics = own.isEmpty() ? new KeyFile(publicFile(file)).publicKeys() : own;
        if (publics.size() != 1) {
            throw StoaException.user(publicFile(file) + ": holds " + publics.size()
                    + " public keys instead of one; put the one that belongs to " + file + " there");
        }
        SigningKey signing = new SigningKey(keys.getFirst(), new VerifyingKey(publics.getFirst()));
        byte[] probe = "stoa".getBytes(StandardCharsets.UTF_8);
        if (!signing.verifying.verifies(probe, signing.sign(probe))) {
            throw StoaException.user(publicFile(file) + ": is not the public half of " + file
                    + "; put that there, or delete both and assess again");
        }
        if (!Files.exists(publicFile(file))) {
            writePublic(file, publics.getFirst());
        }
        return signing;
    }

    /** Its public half. */
    public VerifyingKey verifying() {
        return verifying;
    }

    byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance(VerifyingKey.ALGORITHM);
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new StoaException(StoaException.Kind.BUG, "an Ed25519 key does not sign", e);
        }
    }

    private static void create(Path file) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(VerifyingKey.ALGORITHM).generateKeyPair();
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            String pem = KeyFile.pem("PRIVATE KEY", pair.getPrivate().getEncoded())
                    + KeyFile.pem("PUBLIC KEY", pair.getPublic().getEncoded());
            Path half = beside(file);
            try {
                write(half, pem, "rw-------");
                // a link is refused where a file is, so that of two processes the first one's key stays
                Files.createLink(file, half);
            } catch (FileAlreadyExistsException e) {
                return;
            } finally {
                Files.deleteIfExists(half);
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        } catch (GeneralSecurityException e) {
            throw new StoaException(StoaException.Kind.BUG, "this Java has no Ed25519", e);
        }
    }

    private static void writePublic(Path file, PublicKey key) {
        Path half = beside(publicFile(file));
        try {
            write(half, KeyFile.pem("PUBLIC KEY", key.getEncoded()), "rw-r--r--");
            Files.move(half, publicFile(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unwritable(publicFile(file), e);
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

    private static StoaException unwritable(Path file, IOException e) {
        return new StoaException(
                StoaException.Kind.RESOURCES,
                file + ": the key that signs verdicts cannot be written (" + e
                        + "); check the folder's permissions and free space",
                e);
    }
}
