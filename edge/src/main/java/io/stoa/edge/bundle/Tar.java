package io.stoa.edge.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The tar archives of bundles: POSIX ustar in one form only, so that the same files are the same bytes. There are only
 * regular files, with owner and group 0, the time 0 and the mode 644 or 755; two blocks of zeros end it. An archive is read
 * only when each of its headers is the very header that would be written: so there are no links, devices, sparse files or
 * extended headers, and nothing is decompressed.
 */
final class Tar {
    static final int BLOCK = 512;
    static final int END = 2 * BLOCK;

    private static final int NAME = 100;
    private static final int PREFIX = 155;
    private static final int PREFIX_AT = 345;
    private static final int SIZE_AT = 124;
    private static final int CHECKSUM_AT = 148;
    private static final long LARGEST = 1L << 50;
    private static final long LARGEST_OCTAL = (1L << 33) - 1;

    private Tar() {}

    /**
     * What a file's header says.
     *
     * @param name a relative path of printable ASCII
     * @param size its bytes
     * @param executable whether its mode is 755
     */
    record Entry(String name, long size, boolean executable) {
        Entry {
            if (size < 0 || size > LARGEST || split(name) < 0 || !isSafe(name)) {
                throw new IllegalArgumentException("cannot be a file of a tar here: " + BundleMetadata.printed(name));
            }
        }

        /** How many bytes it takes with its header. */
        long blocks() {
            return BLOCK + padded(size);
        }
    }

    static long padded(long size) {
        return Math.addExact(size, BLOCK - 1) / BLOCK * BLOCK;
    }

    /** Relative, printable ASCII without backslash and colon, no empty part, no {@code .} and {@code ..}. */
    static boolean isSafe(String name) {
        if (name.isEmpty() || !name.chars().allMatch(c -> c >= 0x20 && c < 0x7f && c != '\\' && c != ':')) {
            return false;
        }
        return Arrays.stream(name.split("/", -1))
                .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    }

    /** Where the prefix of a name ends: 0 when it needs none, -1 when the name is too long. */
    private static int split(String name) {
        if (name.length() <= NAME) {
            return 0;
        }
        int slash = name.indexOf('/', name.length() - NAME - 1);
        return slash > 0 && slash <= PREFIX ? slash : -1;
    }

    static byte[] header(Entry entry) {
        byte[] header = new byte[BLOCK];
        String name = entry.name();
        int split = split(name);
        put(header, 0, split == 0 ? name : name.substring(split + 1));
        put(header, PREFIX_AT, name.substring(0, split));
        put(header, 100, entry.executable() ? "0000755" : "0000644");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        putSize(header, entry.size());
        put(header, 136, "00000000000");
        header[156] = '0';
        put(header, 257, "ustar");
        put(header, 263, "00");
        Arrays.fill(header, CHECKSUM_AT, CHECKSUM_AT + 8, (byte) ' ');
        int sum = 0;
        for (byte value : header) {
            sum += value & 0xff;
        }
        put(header, CHECKSUM_AT, String.format("%06o", sum));
        header[CHECKSUM_AT + 6] = 0;
        return header;
    }

    private static void putSize(byte[] header, long size) {
        if (size <= LARGEST_OCTAL) {
            put(header, SIZE_AT, String.format("%011o", size));
            return;
        }
        // as GNU tar writes what octal digits do not hold: binary, marked by the highest bit
        header[SIZE_AT] = (byte) 0x80;
        for (int i = 0; i < Long.BYTES; i++) {
            header[SIZE_AT + 11 - i] = (byte) (size >>> (8 * i));
        }
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    /** The entry whose header these bytes are; empty at the end of the archive. */
    static Optional<Entry> entry(byte[] header) throws IOException {
        if (isZero(header)) {
            return Optional.empty();
        }
        String prefix = text(header, PREFIX_AT, PREFIX);
        String name = text(header, 0, NAME);
        try {
            Entry entry = new Entry(prefix.isEmpty() ? name : prefix + "/" + name, size(header), header[104] == '7');
            if (Arrays.equals(header(entry), header)) {
                return Optional.of(entry);
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        throw new IOException("an entry is not written as Stoa writes it: " + BundleMetadata.printed(name));
    }

    private static boolean isZero(byte[] block) {
        for (byte value : block) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    private static String text(byte[] header, int at, int most) {
        int end = at;
        while (end < at + most && header[end] != 0) {
            end++;
        }
        return new String(header, at, end - at, StandardCharsets.ISO_8859_1);
    }

    private static long size(byte[] header) {
        long size = 0;
        if (header[SIZE_AT] == (byte) 0x80) {
            for (int i = 4; i < 12; i++) {
                size = size << 8 | (header[SIZE_AT + i] & 0xff);
            }
            return size;
        }
        for (int i = 0; i < 11; i++) {
            int digit = header[SIZE_AT + i] - '0';
            if (digit < 0 || digit > 7) {
                throw new IllegalArgumentException("its size is no octal number");
            }
            size = size << 3 | digit;
        }
        return size;
    }

    /** Writes what a file holds. */
    interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes one archive. */
    static final class Writer {
        private final OutputStream out;

        Writer(OutputStream out) {
            this.out = out;
        }

        /** Writes a file; the body must have the size that the entry says. */
        void file(Entry entry, Body body) throws IOException {
            out.write(header(entry));
            CountingStream counted = new CountingStream(out);
            body.writeTo(counted);
            if (counted.count() != entry.size()) {
                throw new IOException(entry.name() + " has changed while it was read");
            }
            out.write(new byte[(int) (padded(entry.size()) - entry.size())]);
        }

        void end() throws IOException {
            out.write(new byte[END]);
        }
    }

    /** Hears each file of an archive. */
    interface Visitor {
        /** The content is to be read before this returns; what is left of it is skipped. */
        void file(Entry entry, InputStream content) throws IOException;
    }

    /**
     * Reads an archive that holds files in ascending order of their names, none twice, none inside of another.
     *
     * @param mostFiles the most that are borne
     * @throws IOException also when it is not of the one form
     */
    static void read(InputStream in, int mostFiles, Visitor visitor) throws IOException {
        String last = "";
        Set<String> files = new HashSet<>();
        for (; ; ) {
            Optional<Entry> next = entry(block(in));
            if (next.isEmpty()) {
                if (!isZero(block(in)) || in.read() >= 0) {
                    throw new IOException("something follows the end of the archive");
                }
                return;
            }
            Entry entry = next.get();
            if (entry.name().compareTo(last) <= 0) {
                throw new IOException(entry.name() + " is there twice, or not in its place");
            }
            last = entry.name();
            if (files.size() >= mostFiles) {
                throw new IOException("holds more than " + mostFiles + " files");
            }
            refuseInside(entry.name(), files);
            files.add(entry.name());
            Slice content = new Slice(in, entry.size());
            visitor.file(entry, content);
            content.skipRest();
            if (!isZero(in.readNBytes((int) (padded(entry.size()) - entry.size())))) {
                throw new IOException("something hides behind " + entry.name());
            }
        }
    }

    private static void refuseInside(String name, Set<String> files) throws IOException {
        for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
            if (files.contains(name.substring(0, slash))) {
                throw new IOException(name + " lies in something that is a file");
            }
        }
    }

    private static byte[] block(InputStream in) throws IOException {
        byte[] block = in.readNBytes(BLOCK);
        if (block.length < BLOCK) {
            throw new IOException("ends too early");
        }
        return block;
    }

    /** So many of the next bytes of a stream. */
    private static final class Slice extends InputStream {
        private final InputStream in;
        private long left;

        Slice(InputStream in, long size) {
            this.in = in;
            this.left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(bytes, from, (int) Math.min(count, left));
            if (read < 0) {
                throw new IOException("ends too early");
            }
            left -= read;
            return read;
        }

        void skipRest() throws IOException {
            byte[] buffer = new byte[1 << 16];
            while (left > 0) {
                if (read(buffer, 0, buffer.length) < 0) {
                    return;
                }
            }
        }
    }
}
