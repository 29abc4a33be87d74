package io.stoa.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 digest as 64 lower-case hexadecimal digits: the identity of a file or of recorded evidence. */
public record Digest(String hex) {
    /** Never fed, only copied. */
    private static final MessageDigest UNFED = found();

    public Digest {
        boolean sound = hex.length() == 64;
        // No stream: the gateway makes several of these a request.
        for (int i = 0; sound && i < 64; i++) {
            sound = isHexDigit(hex.charAt(i));
        }
        if (!sound) {
            throw new IllegalArgumentException("a SHA-256 digest is 64 lower-case hexadecimal digits: " + hex);
        }
    }

    private static boolean isHexDigit(char character) {
        return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
    }

    public static Digest of(byte[] bytes) {
        return finish(sha256(), bytes);
    }

    /** The digest of the UTF-8 bytes of a text. */
    public static Digest of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Ends a running {@link #sha256()}. */
    public static Digest of(MessageDigest running) {
        return new Digest(HexFormat.of().formatHex(running.digest()));
    }

    /** A fresh SHA-256 to feed piece by piece. */
    public static MessageDigest sha256() {
        try {
            // Looking for the algorithm's provider anew takes longer than digesting a few hundred bytes.
            return (MessageDigest) UNFED.clone();
        } catch (CloneNotSupportedException e) {
            return found();
        }
    }

    private static MessageDigest found() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static Digest finish(MessageDigest digest, byte[] bytes) {
        digest.update(bytes);
        return of(digest);
    }

    /** The first twelve digits, for people. */
    public String abbreviated() {
        return hex.substring(0, 12);
    }

    @Override
    public String toString() {
        return "sha256:" + hex;
    }
}
