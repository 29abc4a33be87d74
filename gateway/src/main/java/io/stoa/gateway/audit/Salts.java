package io.stoa.gateway.audit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The secrets that make commitments unguessable: 32 random bytes a record, in a file beside its segment, at 32 × (its
 * place in the segment). Erasing one overwrites it with zeros; what it protected can then no longer be confirmed by
 * guessing, while the chain holds as before.
 *
 * <p>A commitment is SHA-256(salt ‖ label ‖ SHA-256(body)) with the label {@code q} for a request and {@code a} for an
 * answer. The salt itself is committed to as SHA-256(salt), so that another one in its place is found.
 */
final class Salts {
    static final int BYTES = 32;
    static final byte REQUEST = 'q';
    static final byte ANSWER = 'a';

    private static final byte[] ERASED = new byte[BYTES];

    private Salts() {}

    static byte[] commitment(MessageDigest sha256, byte[] salt, byte label, byte[] digest) {
        sha256.update(salt);
        sha256.update(label);
        return sha256.digest(digest);
    }

    static byte[] digestOf(MessageDigest sha256, String text) {
        return sha256.digest(text.getBytes(StandardCharsets.UTF_8));
    }

    static boolean isErased(byte[] salts, int at) {
        return Arrays.equals(salts, at, at + BYTES, ERASED, 0, BYTES);
    }

    /** Reads slots; those past the end of the file read as erased. */
    static byte[] read(FileChannel file, long from, int count) throws IOException {
        ByteBuffer slots = ByteBuffer.allocate(count * BYTES);
        long at = from * BYTES;
        while (slots.hasRemaining()) {
            int read = file.read(slots, at + slots.position());
            if (read < 0) {
                break;
            }
        }
        return slots.array();
    }

    /** Whether a file has the slots of so many records, and no salt in any of them. */
    static boolean areErased(Path salts, long records) throws IOException {
        if (!Files.exists(salts) || Files.size(salts) < records * BYTES) {
            return false;
        }
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(salts), 1 << 16)) {
            for (int read = bytes.read(); read >= 0; read = bytes.read()) {
                if (read != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    static void erase(FileChannel file, long slot) throws IOException {
        write(file, slot * BYTES, ERASED, BYTES);
    }

    static void write(FileChannel file, long at, byte[] bytes, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
        while (buffer.hasRemaining()) {
            file.write(buffer, at + buffer.position());
        }
    }
}
