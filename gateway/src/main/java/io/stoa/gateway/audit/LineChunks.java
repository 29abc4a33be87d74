package io.stoa.gateway.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/** A file of lines in pieces that end with a line, for one thread to read and others to work on. */
final class LineChunks implements AutoCloseable {
    private static final int BYTES = 4 << 20;

    private final FileChannel file;
    private byte[] rest = new byte[0];

    /** Reads from the file's beginning to the end that it has when that is reached. Closes the file. */
    LineChunks(FileChannel file) {
        this.file = file;
    }

    /**
     * A piece of the file.
     *
     * @param length how many of the bytes are the file's; 0 at its end
     * @param whole how many of them are whole lines; less than {@code length} only where the file ends without a line
     *     feed, or in a line that is longer than a record may be
     */
    record Chunk(byte[] bytes, int length, int whole) {}

    Chunk next() throws IOException {
        // one byte more than is left, so that the end is noticed
        long left = Math.max(0, file.size() - file.position()) + 1;
        byte[] bytes = Arrays.copyOf(rest, (int) Math.min(Math.max(BYTES, 2L * rest.length), rest.length + left));
        ByteBuffer buffer = ByteBuffer.wrap(bytes, rest.length, bytes.length - rest.length);
        while (buffer.hasRemaining() && file.read(buffer) >= 0) {
            // until it is full or the file ends
        }
        int length = buffer.position();
        int whole = length;
        while (whole > 0 && bytes[whole - 1] != '\n') {
            whole--;
        }
        boolean ended = buffer.hasRemaining();
        if (ended || whole == 0) {
            rest = new byte[0];
            return new Chunk(bytes, length, whole);
        }
        rest = Arrays.copyOfRange(bytes, whole, length);
        return new Chunk(bytes, whole, whole);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
