package io.stoa.store.approval;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;

/** The public half of a key that signs verdicts. */
public record VerifyingKey(PublicKey key) {
    /** How many hexadecimal digits name a key. */
    private static final int ID_DIGITS = 16;

    static final String ALGORITHM = "Ed25519";

    public VerifyingKey {
        requireNonNull(key, "key");
        if (!key.getAlgorithm().equals("EdDSA") && !key.getAlgorithm().equals(ALGORITHM)) {
            throw new IllegalArgumentException("verdicts are signed with Ed25519, not with " + key.getAlgorithm());
        }
    }

    /** The first 16 hexadecimal digits of the SHA-256 of its X.509 encoding. */
    public String id() {
        return Digest.of(key.getEncoded()).hex().substring(0, ID_DIGITS);
    }

    boolean verifies(byte[] message, byte[] signature) {
        try {
            Signature check = Signature.getInstance(ALGORITHM);
            check.initVerify(key);
            check.update(message);
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            // a signature of the wrong form is a wrong signature
            return false;
        }
    }
}
