package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;

/** A run of bytes in a file: a whole file of a folder, or one of a tar. A link in its place is not followed. */
record Region(Path file, long offset, long size) {
    Region {
        requireNonNull(file, "file");
        if (offset < 0 || size < 0) {
            throw new IllegalArgumentException("a region lies in its file: " + offset + ", " + size);
        }
    }

    FileChannel channel() throws IOException {
        return FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    /** All of it; ends with an exception when the file has become shorter. */
    InputStream open() throws IOException {
        return new RegionStream(channel());
    }

    byte[] bytes() throws IOException {
        try (InputStream in = open()) {
            return in.readNBytes(Math.toIntExact(size));
        }
    }

    private final class RegionStream extends InputStream {
        private final FileChannel channel;
        private long done;

        RegionStream(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            Objects.checkFromIndexSize(from, count, bytes.length);
            if (count == 0) {
                return 0;
            }
            if (done == size) {
                return -1;
            }
            int want = (int) Math.min(count, size - done);
            int read = channel.read(ByteBuffer.wrap(bytes, from, want), offset + done);
            if (read < 0) {
                throw new EOFException(file + " has become shorter");
            }
            done += read;
            return read;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
