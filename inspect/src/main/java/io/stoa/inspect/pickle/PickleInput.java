package io.stoa.inspect.pickle;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The bytes of a pickle in order, counted. */
final class PickleInput {
    /** The longest line and the longest text that are kept; names of Python have under a hundred characters. */
    private static final int LONGEST_LINE = 1 << 16;

    private static final int LONGEST_TEXT = 4_096;

    private final InputStream in;
    private long position;

    PickleInput(InputStream in) {
        this.in = in;
    }

    long position() {
        return position;
    }

    /** The next byte, or -1 at the end. */
    int next() throws IOException {
        int b = in.read();
        if (b >= 0) {
            position++;
        }
        return b;
    }

    private int needed() throws IOException {
        int b = next();
        if (b < 0) {
            throw new EOFException("ends in the middle of an opcode");
        }
        return b;
    }

    /** An unsigned little-endian number; one of eight bytes may come out negative. */
    long number(int bytes) throws IOException {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number |= (long) needed() << (8 * i);
        }
        return number;
    }

    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = needed(); b != '\n'; b = needed()) {
            if (line.length() == LONGEST_LINE) {
                throw new IOException("has a line of more than " + LONGEST_LINE + " bytes");
            }
            line.append((char) b);
        }
        return line.toString();
    }

    /** Data of a length that the pickle claims; only the beginning is kept. */
    String data(long length) throws IOException {
        if (length < 0) {
            throw new IOException("claims a text of " + Long.toUnsignedString(length) + " bytes");
        }
        byte[] kept = in.readNBytes((int) Math.min(length, LONGEST_TEXT));
        position += kept.length;
        long left = length - kept.length;
        while (left > 0) {
            long skipped = in.skip(left);
            if (skipped <= 0) {
                if (next() < 0) {
                    throw new EOFException("ends in the middle of a text of " + length + " bytes");
                }
                skipped = 1;
            } else {
                position += skipped;
            }
            left -= skipped;
        }
        if (kept.length < Math.min(length, LONGEST_TEXT)) {
            throw new EOFException("ends in the middle of a text of " + length + " bytes");
        }
        return new String(kept, StandardCharsets.UTF_8);
    }
}
