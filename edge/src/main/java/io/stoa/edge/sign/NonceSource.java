package io.stoa.edge.sign;

import io.stoa.model.StoaException;
import java.io.Serial;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The random numbers of one signature, derived from the private key and the message as RFC 6979 (section 3.2) derives
 * them: HMAC-DRBG with SHA-512, seeded with both. So the same key signs the same message with the same bytes, which makes
 * a bundle reproducible, and no weak source of randomness can betray the key. The arithmetic stays the JDK's own.
 */
final class NonceSource {
    private NonceSource() {}

    /** The source for this key and message, and no other. */
    static SecureRandom of(ECPrivateKey key, byte[] message) {
        return new Derived(new Drbg(key.getS().toByteArray(), message));
    }

    private static final class Derived extends SecureRandom {
        @Serial
        private static final long serialVersionUID = 1;

        Derived(Drbg drbg) {
            super(drbg, null);
        }
    }

    private static final class Drbg extends SecureRandomSpi {
        @Serial
        private static final long serialVersionUID = 1;

        private static final String HMAC = "HmacSHA512";
        private static final int LENGTH = 64;

        private byte[] key = new byte[LENGTH];
        private byte[] value = new byte[LENGTH];

        Drbg(byte[] secret, byte[] message) {
            Arrays.fill(value, (byte) 1);
            for (byte round = 0; round <= 1; round++) {
                key = hmac(value, new byte[] {round}, secret, message);
                value = hmac(value);
            }
            Arrays.fill(secret, (byte) 0);
        }

        @Override
        protected void engineSetSeed(byte[] seed) {
            // what is derived takes nothing from outside
        }

        @Override
        protected void engineNextBytes(byte[] bytes) {
            for (int filled = 0; filled < bytes.length; filled += LENGTH) {
                value = hmac(value);
                System.arraycopy(value, 0, bytes, filled, Math.min(LENGTH, bytes.length - filled));
            }
            key = hmac(value, new byte[] {0});
            value = hmac(value);
        }

        @Override
        protected byte[] engineGenerateSeed(int count) {
            byte[] seed = new byte[count];
            engineNextBytes(seed);
            return seed;
        }

        private byte[] hmac(byte[]... parts) {
            try {
                Mac mac = Mac.getInstance(HMAC);
                mac.init(new SecretKeySpec(key, HMAC));
                for (byte[] part : parts) {
                    mac.update(part);
                }
                return mac.doFinal();
            } catch (GeneralSecurityException e) {
                throw new StoaException(StoaException.Kind.BUG, "this Java has no " + HMAC, e);
            }
        }
    }
}
