package io.stoa.benchmark.dataset;

import dev.hardwood.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file of which nothing can be asked for ever: where a page of a damaged file ends behind its column, the library reads no
 * bytes there again and again, on a thread that nothing can stop.
 */
final class BoundedInputFile implements InputFile {
    private static final int MOST_EMPTY_READS = 1_000;

    private final InputFile file;
    private final AtomicInteger emptyReads = new AtomicInteger();

    BoundedInputFile(InputFile file) {
        this.file = file;
    }

    @Override
    public void open() throws IOException {
        file.open();
    }

    @Override
    public ByteBuffer readRange(long offset, int length) throws IOException {
        if (length <= 0 && emptyReads.incrementAndGet() > MOST_EMPTY_READS) {
            throw new IOException("a page ends behind its column, at byte " + offset);
        }
        return file.readRange(offset, length);
    }

    @Override
    public long length() throws IOException {
        return file.length();
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
