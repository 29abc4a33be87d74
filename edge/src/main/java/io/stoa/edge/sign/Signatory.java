package io.stoa.edge.sign;

import io.stoa.model.Digest;
import io.stoa.store.approval.KeyFile;
import java.security.PublicKey;

/**
 * Who made a signature.
 *
 * @param name the subject of the certificate, or {@code key} with the fingerprint's first digits
 * @param fingerprint of the public key: SHA-256 of its PEM text, in hexadecimal, as the signature's hint has it
 */
public record Signatory(String name, String fingerprint) {
    public Signatory {
        if (name.isBlank() || !fingerprint.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("a signatory has a name and a fingerprint: " + name);
        }
    }

    static Signatory of(PublicKey key) {
        String fingerprint = fingerprint(key);
        return new Signatory("key " + fingerprint.substring(0, 16), fingerprint);
    }

    /** The fingerprint of a key as the reference implementation makes it. */
    public static String fingerprint(PublicKey key) {
        return Digest.of(KeyFile.pem("PUBLIC KEY", key.getEncoded())).hex();
    }

    @Override
    public String toString() {
        return name;
    }
}
