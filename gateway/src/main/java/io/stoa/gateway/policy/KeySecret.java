package io.stoa.gateway.policy;

import io.stoa.model.Digest;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32;

/**
 * The text of a key: {@code stoa_sk_}, then 256 random bits as 43 digits in base 62, then the CRC-32 of all before as 6 such
 * digits. By the prefix, scanners for secrets find it; by the checksum, a typing error is told from a key that is nobody's.
 *
 * <p>Of a key only its SHA-256 is kept. For passwords that would be wrong: they are few, so a thief of the hashes tries them
 * all, and only a slow hash with salt stops him. A key is one of 2²⁵⁶, drawn evenly. No list of them can be tried, none two
 * are equal so that salt would hide nothing, and a slow hash would only make each request slow. For the same reason a look-up
 * by digest needs no constant time: what its timing could tell is about digests, from which nobody finds a key.
 */
public final class KeySecret {
    private static final String PREFIX = "stoa_sk_";
    private static final int RANDOM_BYTES = 32;
    private static final int RANDOM_DIGITS = 43;
    private static final int CHECK_DIGITS = 6;
    private static final int LENGTH = PREFIX.length() + RANDOM_DIGITS + CHECK_DIGITS;
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private final String text;

    private KeySecret(String text) {
        this.text = text;
    }

    /**
     * Draws a new key.
     *
     * @param random a {@link java.security.SecureRandom}
     */
    public static KeySecret draw(RandomGenerator random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String body = PREFIX + base62(new BigInteger(1, bytes), RANDOM_DIGITS);
        return new KeySecret(body + check(body));
    }

    /** Whether a text could be a key: its form and checksum are right. */
    public static boolean isWellFormed(String text) {
        if (text.length() != LENGTH || !text.startsWith(PREFIX)) {
            return false;
        }
        for (int i = PREFIX.length(); i < LENGTH; i++) {
            char c = text.charAt(i);
            if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) {
                return false;
            }
        }
        int checked = LENGTH - CHECK_DIGITS;
        return check(text.substring(0, checked)).equals(text.substring(checked));
    }

    /** Whether a text means to be one of our keys. */
    static boolean looksOurs(String text) {
        return text.startsWith(PREFIX);
    }

    private static String check(String body) {
        CRC32 crc = new CRC32();
        crc.update(body.getBytes(StandardCharsets.US_ASCII));
        long value = crc.getValue();
        char[] digits = new char[CHECK_DIGITS];
        for (int i = CHECK_DIGITS - 1; i >= 0; i--) {
            digits[i] = DIGITS.charAt((int) (value % 62));
            value /= 62;
        }
        return new String(digits);
    }

    private static String base62(BigInteger value, int length) {
        StringBuilder digits = new StringBuilder(length);
        BigInteger rest = value;
        BigInteger base = BigInteger.valueOf(DIGITS.length());
        for (int i = 0; i < length; i++) {
            BigInteger[] parts = rest.divideAndRemainder(base);
            digits.append(DIGITS.charAt(parts[1].intValue()));
            rest = parts[0];
        }
        return digits.reverse().toString();
    }

    /** The key itself, to be shown once. */
    public String reveal() {
        return text;
    }

    /** What is kept of it. */
    public Digest digest() {
        return Digest.of(text);
    }

    /** A digest as the key of a look-up. */
    static ByteBuffer lookUp(String text) {
        MessageDigest sha256 = Digest.sha256();
        return ByteBuffer.wrap(sha256.digest(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** So that it gets into no log. */
    @Override
    public String toString() {
        return PREFIX + "…";
    }
}
