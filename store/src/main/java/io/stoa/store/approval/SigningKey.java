package io.stoa.store.approval;

import io.stoa.model.StoaException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;

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
        return KeyFile.publicFile(file);
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
        KeyFile pem = new KeyFile(file, KeyFile.Purpose.VERDICTS);
        KeyPair pair = pem.pair();
        SigningKey signing = new SigningKey(pair.getPrivate(), new VerifyingKey(pair.getPublic()));
        byte[] probe = "stoa".getBytes(StandardCharsets.UTF_8);
        if (!signing.verifying.verifies(probe, signing.sign(probe))) {
            throw StoaException.user(publicFile(file) + ": is not the public half of " + file
                    + "; put that there, or delete both and assess again");
        }
        pem.publish(pair.getPublic());
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
            new KeyFile(file, KeyFile.Purpose.VERDICTS)
                    .create(KeyPairGenerator.getInstance(VerifyingKey.ALGORITHM).generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new StoaException(StoaException.Kind.BUG, "this Java has no Ed25519", e);
        }
    }
}
