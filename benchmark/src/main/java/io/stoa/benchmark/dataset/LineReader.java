package io.stoa.benchmark.dataset;

import io.stoa.model.StoaException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** The lines of a file, one in memory at a time; they end with {@code \n} or {@code \r\n}. */
public final class LineReader implements Closeable {
    private final Path file;
    private final InputStream in;
    private final long longest;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int filled;
    private byte[] line = new byte[1 << 10];
    private int length;
    private long number;

    /** Opens a file; what is packed is unpacked. */
    public LineReader(Path file, Limits limits) throws IOException {
        this.file = file;
        this.longest = Math.min(limits.rowBytes(), Integer.MAX_VALUE / 2);
        this.in = SourceStream.open(file, limits);
    }

    /** Goes to the next line; false when there is none. */
    public boolean next() throws IOException {
        length = 0;
        if (position == filled && !fill()) {
            return false;
        }
        number++;
        do {
            int end = position;
            while (end < filled && buffer[end] != '\n') {
                end++;
            }
            append(end);
            if (end < filled) {
                position = end + 1;
                break;
            }
        } while (fill());
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return true;
    }

    private boolean fill() throws IOException {
        position = 0;
        filled = Math.max(in.read(buffer, 0, buffer.length), 0);
        return filled > 0;
    }

    private void append(int end) {
        int more = end - position;
        if (length + more > longest) {
            throw StoaException.user(
                    place() + ": the line is longer than " + longest + " bytes; is it the right format?");
        }
        if (length + more > line.length) {
            line = Arrays.copyOf(line, Math.max(length + more, 2 * line.length));
        }
        System.arraycopy(buffer, position, line, length, more);
        length += more;
    }

    /** The line that was reached last, or nothing when it is not UTF-8. */
    public Optional<String> text() {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line, 0, length))
                    .toString());
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
    }

    Place place() {
        return Place.line(file, number);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
