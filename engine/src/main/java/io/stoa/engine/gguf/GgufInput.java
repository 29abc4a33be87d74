package io.stoa.engine.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;

/**
 * The bytes of a GGUF file in order, little-endian, through a small window. The file is never mapped: when somebody
 * truncates a mapped file, touching it kills the whole process (SIGBUS), while a read just comes up short. Every read
 * is checked against what the file has left first, so no length that a file claims is ever allocated on trust.
 */
final class GgufInput {
    private static final int WINDOW = 1 << 16;

    private final Refusal refusal;
    private final ReadableByteChannel channel;
    private final long size;
    private final ByteBuffer window;
    private long position;

    /** @param size the bytes of the whole file */
    GgufInput(Refusal refusal, ReadableByteChannel channel, long size) {
        this.refusal = refusal;
        this.channel = channel;
        this.size = size;
        this.window = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    }

    /** The size of the file in bytes, as it was when it was opened. */
    long size() {
        return size;
    }

    /** Where the next read starts, in bytes from the start of the file. */
    long position() {
        return position;
    }

    /** The number of bytes after the next read's start. */
    long remaining() {
        return size - position;
    }

    /** @param what what is read, for the message when the file ends too early */
    int u8(String what) throws IOException {
        return wanted(1, what).get() & 0xff;
    }

    int i32(String what) throws IOException {
        return wanted(4, what).getInt();
    }

    long i64(String what) throws IOException {
        return wanted(8, what).getLong();
    }

    /** Fills the part of an array from {@code offset} to {@code offset + length}. */
    void bytes(byte[] into, int offset, int length, String what) throws IOException {
        checkLeft(length, what);
        int done = 0;
        while (done < length) {
            int step = Math.min(length - done, WINDOW);
            wanted(step, what).get(into, offset + done, step);
            done += step;
        }
    }

    private void checkLeft(long count, String what) {
        if (count > remaining()) {
            throw refusal.because(
                    "ends inside " + what + ": " + count + " bytes are needed at byte " + position + ", but only "
                            + remaining() + " of the file's " + size + " are left",
                    "is the download complete?");
        }
    }

    private ByteBuffer wanted(int count, String what) throws IOException {
        checkLeft(count, what);
        if (window.remaining() < count) {
            window.compact();
            while (window.position() < count) {
                if (channel.read(window) < 0) {
                    throw refusal.because("became shorter while it was read", "is something still writing it?");
                }
            }
            window.flip();
        }
        position += count;
        return window;
    }
}
