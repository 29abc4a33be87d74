package io.stoa.benchmark.dataset;

import dev.hardwood.InputFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A file that is read and not mapped, so that one which somebody cuts short meanwhile is an error and not the end of the
 * process, and of which nothing can be asked for ever: where a page of a damaged file ends behind its column, the library
 * reads no bytes there again and again, on a thread that nothing can stop.
 */
final class BoundedInputFile implements InputFile {
    private static final int MOST_EMPTY_READS = 1_000;

    private final Path file;
    private final AtomicInteger emptyReads = new AtomicInteger();
    private @Nullable FileChannel channel;

    BoundedInputFile(Path file) {
        this.file = file;
    }

    @Override
    public void open() throws IOException {
        if (channel == null) {
            channel = FileChannel.open(file);
        }
    }

    @Override
    public ByteBuffer readRange(long offset, int length) throws IOException {
        if (length <= 0 && emptyReads.incrementAndGet() > MOST_EMPTY_READS) {
            throw new IOException("a page ends behind its column, at byte " + offset);
        }
        if (offset < 0 || length < 0 || offset > length() - length) {
            throw new EOFException("it ends at byte " + length() + ", before the " + length + " bytes at " + offset);
        }
        // The decompressors want the bytes outside the heap.
        ByteBuffer bytes = ByteBuffer.allocateDirect(length);
        while (bytes.hasRemaining()) {
            if (opened().read(bytes, offset + bytes.position()) < 0) {
                throw new EOFException("it was cut short while it was read");
            }
        }
        return bytes.flip();
    }

    @Override
    public long length() throws IOException {
        return opened().size();
    }

    private FileChannel opened() {
        if (channel == null) {
            throw new IllegalStateException(file + " is not open");
        }
        return channel;
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
