package io.stoa.inspect.structure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * The entries of a ZIP archive, as its central directory and its local headers say. Readers differ in which of the two
 * they believe, so a file in which they differ means two things. Source: PKWARE's APPNOTE 6.3.
 */
final class ZipDirectory {
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL = 0x04034b50;
    private static final int END_BYTES = 22;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int LONGEST_COMMENT = 0xffff;
    private static final long MOST_DIRECTORY = 64L << 20;
    private static final int MOST_ENTRIES = 200_000;

    /**
     * One entry.
     *
     * @param begin where its data begin in the file
     */
    record Entry(
            String name,
            int flags,
            int method,
            long packed,
            long size,
            long header,
            long begin,
            String localName,
            int localMethod) {
        boolean encrypted() {
            return (flags & 1) != 0;
        }

        boolean contradictory() {
            return !name.equals(localName) || method != localMethod;
        }
    }

    private final FileChannel channel;
    private final long size;
    private long end;
    private final List<Entry> entries = new ArrayList<>();
    private long start;

    private ZipDirectory(FileChannel channel) throws IOException {
        this.channel = channel;
        this.size = channel.size();
    }

    /**
     * Reads the directory.
     *
     * @throws IOException with the reason when it is damaged
     */
    static ZipDirectory read(FileChannel channel) throws IOException {
        ZipDirectory directory = new ZipDirectory(channel);
        directory.read();
        return directory;
    }

    /** Whether the end of a file is the end of an archive whose directory lies in it. */
    static boolean endsAsZip(FileChannel channel) throws IOException {
        ZipDirectory directory = new ZipDirectory(channel);
        try {
            directory.findEnd();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    List<Entry> entries() {
        return entries;
    }

    /** Where the first local header lies; what is before it, other formats may read. */
    long start() {
        return start;
    }

    /** An entry's bytes, unpacked. */
    InputStream open(Entry entry) throws IOException {
        InputStream raw = new RangeStream(channel, entry.begin(), entry.packed());
        return switch (entry.method()) {
            case 0 -> raw;
            case 8 -> new InflaterInputStream(raw, new Inflater(true), 1 << 14);
            default -> throw new IOException("is packed with method " + entry.method() + ", which is not read");
        };
    }

    private void read() throws IOException {
        ByteBuffer record = findEnd();
        long count = record.getShort(10) & 0xffff;
        long bytes = record.getInt(12) & 0xffffffffL;
        long offset = record.getInt(16) & 0xffffffffL;
        if (count == 0xffff || bytes == 0xffffffffL || offset == 0xffffffffL) {
            ByteBuffer locator = at(end - 20, 20);
            if (locator.getInt(0) != LOCATOR_64) {
                throw new IOException("has sizes beyond 32 bits and no record of them");
            }
            ByteBuffer end64 = at(locator.getLong(8), 56);
            if (end64.getInt(0) != END_64) {
                throw new IOException("has no ZIP64 record where it says");
            }
            count = end64.getLong(32);
            bytes = end64.getLong(40);
            offset = end64.getLong(48);
        }
        if (count < 0
                || count > MOST_ENTRIES
                || bytes < 0
                || bytes > MOST_DIRECTORY
                || offset < 0
                || offset > end - bytes) {
            throw new IOException("claims " + count + " entries in a directory of " + bytes + " bytes at " + offset);
        }
        ByteBuffer directory = at(offset, (int) bytes);
        start = count == 0 ? 0 : Long.MAX_VALUE;
        for (long i = 0; i < count; i++) {
            entry(directory, offset);
        }
        if (directory.hasRemaining()) {
            throw new IOException("has " + directory.remaining() + " bytes in its directory after the last entry");
        }
    }

    private ByteBuffer findEnd() throws IOException {
        int span = (int) Math.min(size, END_BYTES + LONGEST_COMMENT);
        ByteBuffer tail = at(size - span, span);
        for (int at = span - END_BYTES; at >= 0; at--) {
            if (tail.getInt(at) == END && (tail.getShort(at + 20) & 0xffff) == span - at - END_BYTES) {
                end = size - span + at;
                long offset = tail.getInt(at + 16) & 0xffffffffL;
                long bytes = tail.getInt(at + 12) & 0xffffffffL;
                if (bytes == 0xffffffffL || offset == 0xffffffffL || offset + bytes <= end) {
                    return tail.slice(at, END_BYTES).order(ByteOrder.LITTLE_ENDIAN);
                }
            }
        }
        throw new IOException("has no end record that fits its end");
    }

    private void entry(ByteBuffer directory, long directoryAt) throws IOException {
        if (directory.remaining() < CENTRAL_BYTES || directory.getInt(directory.position()) != CENTRAL) {
            throw new IOException("has a damaged directory at entry " + entries.size());
        }
        int at = directory.position();
        int nameBytes = directory.getShort(at + 28) & 0xffff;
        int extraBytes = directory.getShort(at + 30) & 0xffff;
        int commentBytes = directory.getShort(at + 32) & 0xffff;
        if (directory.remaining() < CENTRAL_BYTES + nameBytes + extraBytes + commentBytes) {
            throw new IOException("has a damaged directory at entry " + entries.size());
        }
        byte[] name = new byte[nameBytes];
        directory.get(at + CENTRAL_BYTES, name);
        long packed = directory.getInt(at + 20) & 0xffffffffL;
        long unpacked = directory.getInt(at + 24) & 0xffffffffL;
        long local = directory.getInt(at + 42) & 0xffffffffL;
        ByteBuffer extra =
                directory.slice(at + CENTRAL_BYTES + nameBytes, extraBytes).order(ByteOrder.LITTLE_ENDIAN);
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xffff;
            int length = Math.min(extra.getShort() & 0xffff, extra.remaining());
            ByteBuffer field = extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            extra.position(extra.position() + length);
            if (id == 1) {
                unpacked = unpacked == 0xffffffffL && field.remaining() >= 8 ? field.getLong() : unpacked;
                packed = packed == 0xffffffffL && field.remaining() >= 8 ? field.getLong() : packed;
                local = local == 0xffffffffL && field.remaining() >= 8 ? field.getLong() : local;
            }
        }
        directory.position(at + CENTRAL_BYTES + nameBytes + extraBytes + commentBytes);
        ByteBuffer header = at(local, LOCAL_BYTES);
        if (header.getInt(0) != LOCAL) {
            throw new IOException("has no header where entry " + entries.size() + " should be");
        }
        int localNameBytes = header.getShort(26) & 0xffff;
        ByteBuffer localName = at(local + LOCAL_BYTES, localNameBytes);
        long begin = local + LOCAL_BYTES + localNameBytes + (header.getShort(28) & 0xffff);
        if (packed < 0 || unpacked < 0 || packed > directoryAt - begin) {
            throw new IOException("has entry " + entries.size() + " reaching beyond the archive's data");
        }
        start = Math.min(start, local);
        entries.add(new Entry(
                new String(name, StandardCharsets.UTF_8),
                directory.getShort(at + 8) & 0xffff,
                directory.getShort(at + 10) & 0xffff,
                packed,
                unpacked,
                local,
                begin,
                StandardCharsets.UTF_8.decode(localName).toString(),
                header.getShort(8) & 0xffff));
    }

    private ByteBuffer at(long position, int length) throws IOException {
        if (position < 0 || length > size - position) {
            throw new IOException("points outside of the file");
        }
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("became shorter while it was read");
            }
        }
        return buffer.flip();
    }
}
