package io.stoa.benchmark.dataset;

import io.stoa.model.StoaException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/**
 * The unpacked bytes of a file, without a byte order mark, within limits: of the whole, of how much it grows by unpacking,
 * and of what its reader said it would take next.
 */
final class SourceStream extends InputStream {
    private static final int BUFFER = 1 << 16;
    private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

    private final Path file;
    private final Limits limits;
    private final Packed packed;
    private final InputStream in;

    private long count;
    private long end = Long.MAX_VALUE;
    private String endOf = "";

    private SourceStream(Path file, Limits limits, Packed packed, InputStream in) {
        this.file = file;
        this.limits = limits;
        this.packed = packed;
        this.in = in;
    }

    static SourceStream open(Path file, Limits limits) throws IOException {
        Packed packed = new Packed(new BufferedInputStream(Files.newInputStream(file), BUFFER));
        if (compression(file) == Compression.NONE) {
            return of(file, limits, packed, packed);
        }
        try {
            return of(file, limits, packed, compression(file).unpack(packed));
        } catch (IOException e) {
            packed.close();
            throw damaged(file, e);
        }
    }

    private static SourceStream of(Path file, Limits limits, Packed packed, InputStream unpacked) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(unpacked, BUFFER);
        skipByteOrderMark(buffered);
        return new SourceStream(file, limits, packed, buffered);
    }

    /** Decompression fails far more often because of what it reads than because of the disk. */
    private static StoaException damaged(Path file, IOException e) {
        return StoaException.user(file + ": cannot be unpacked ("
                + Objects.requireNonNullElse(e.getMessage(), "it ends too early") + "); is the download complete?");
    }

    static Compression compression(Path file) {
        return Compression.of(String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT));
    }

    private static void skipByteOrderMark(BufferedInputStream in) throws IOException {
        in.mark(BYTE_ORDER_MARK.length);
        for (int expected : BYTE_ORDER_MARK) {
            if (in.read() != expected) {
                in.reset();
                return;
            }
        }
    }

    /**
     * Says how much may be read from here on; what readers buffer ahead is granted on top.
     *
     * @param what comes, for the refusal
     */
    void expect(long bytes, String what) {
        end = Math.addExact(count, bytes) + 2L * BUFFER;
        endOf = what + " is longer than " + bytes + " bytes";
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read;
        try {
            read = in.read(bytes, offset, length);
        } catch (IOException e) {
            if (compression(file) == Compression.NONE) {
                throw e;
            }
            throw damaged(file, e);
        }
        if (read > 0) {
            count += read;
            check();
        }
        return read;
    }

    private void check() {
        if (count > limits.fileBytes()) {
            throw StoaException.user(file + ": holds more than " + limits.fileBytes()
                    + " bytes after decompression; split it into smaller files");
        }
        if (count > Limits.FREE_BYTES && count / limits.ratio() > packed.count) {
            throw StoaException.user(file + ": grows more than " + limits.ratio()
                    + " times by decompression, as made-up files do; unpack it yourself if you trust it");
        }
        if (count > end) {
            throw StoaException.user(file + ": " + endOf + "; is it the right format?");
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Counts the bytes of the file itself. */
    private static final class Packed extends FilterInputStream {
        private long count;

        Packed(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            count += Math.max(read, 0);
            return read;
        }
    }
}
