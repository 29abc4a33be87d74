package io.stoa.integration.step;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a journal's bytes are: a file that only grows, but for a torn tail that is cut off. */
public interface JournalFile extends AutoCloseable {
    /** What messages call it. */
    String name();

    /** How many bytes it has. */
    long length() throws IOException;

    /**
     * Reads bytes into the buffer until it is full or the file ends.
     *
     * @return how many
     */
    int read(ByteBuffer into, long position) throws IOException;

    /** Writes bytes at the end; when this returns, they survive the machine's loss of power. */
    void append(byte[] bytes) throws IOException;

    /** Cuts off what is beyond the length, and makes that lasting. */
    void cut(long length) throws IOException;

    @Override
    void close();
}
