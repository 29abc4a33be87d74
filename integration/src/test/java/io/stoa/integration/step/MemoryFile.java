package io.stoa.integration.step;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A journal's bytes in memory: what a disk would have of it. */
public final class MemoryFile implements JournalFile {
    private byte[] bytes;

    public MemoryFile(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    public synchronized byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public synchronized long length() {
        return bytes.length;
    }

    @Override
    public synchronized int read(ByteBuffer into, long position) {
        int count = Math.clamp(bytes.length - position, 0, into.remaining());
        into.put(bytes, (int) position, count);
        return count;
    }

    @Override
    public synchronized void append(byte[] more) throws IOException {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.write(bytes);
        both.write(more);
        bytes = both.toByteArray();
    }

    @Override
    public synchronized void cut(long length) {
        bytes = Arrays.copyOf(bytes, (int) length);
    }

    @Override
    public void close() {}
}
