package io.stoa.integration.step;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** A journal's file whose machine dies, or whose disk is full, after so many bytes: what was written by then is there. */
public final class FailingFile implements JournalFile {
    private final JournalFile file;
    private final long most;
    private final How how;
    private boolean dead;

    /** What happens at the byte that is too many. */
    public enum How {
        /** The process dies: nothing of it goes on. In a test's own process an error takes its place. */
        DIES,
        /** The process really ends. */
        HALTS,
        /** No space is left; what is there can be cut. */
        FULL
    }

    /** The death of the process. */
    public static final class Died extends Error {
        private static final long serialVersionUID = 1L;

        Died() {
            super("the process died here");
        }
    }

    /** @param most how long the file may become */
    public FailingFile(JournalFile file, long most, How how) {
        this.file = file;
        this.most = most;
        this.how = how;
    }

    /** A new file on disk. */
    public static JournalFile onDisk(Path path) {
        return LockedFile.create(path);
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public long length() throws IOException {
        return file.length();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        return file.read(into, position);
    }

    @Override
    public synchronized void append(byte[] bytes) throws IOException {
        if (dead) {
            throw new Died();
        }
        long free = most - file.length();
        if (bytes.length <= free) {
            file.append(bytes);
            return;
        }
        if (free > 0) {
            file.append(Arrays.copyOf(bytes, (int) free));
        }
        switch (how) {
            case FULL -> throw new IOException("No space left on device");
            case HALTS -> Runtime.getRuntime().halt(137);
            case DIES -> {
                dead = true;
                throw new Died();
            }
        }
    }

    @Override
    public void cut(long length) throws IOException {
        file.cut(length);
    }

    @Override
    public void close() {
        file.close();
    }
}
