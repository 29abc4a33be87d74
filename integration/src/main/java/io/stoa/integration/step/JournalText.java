package io.stoa.integration.step;

import io.stoa.integration.step.JournalEntry.Started;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import io.stoa.store.RecordJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * The journal's format. The first line is {@value #MAGIC}. Each further line is an entry:
 *
 * <pre>
 * 0000004f 5c0e…64 hexadecimal digits… kept {"output":{…},"path":"search","time":"2026-11-26T12:00:00Z"}
 * </pre>
 *
 * the number of bytes of what follows the second space, in hexadecimal; the SHA-256 of the digits of the entry before
 * (of the first line, for the first entry) and of those bytes; the entry's kind and its canonical JSON. So an entry
 * stands or falls with all that went before it.
 *
 * <p>Every entry is lasting before the next is written. Hence a crash can tear only the last line: that is cut off. A
 * wrong line with another after it is damage, and is refused.
 */
final class JournalText {
    static final String MAGIC = "stoa-run 1\n";
    /** Eight digits, a space, 64 digits, a space. */
    static final int HEAD = 74;

    static final int LARGEST_ENTRY = 16 << 20;
    static final long LARGEST_FILE = 512L << 20;
    static final int MOST_ENTRIES = 200_000;

    private static final int DIGITS = 8;
    private static final Map<String, Class<? extends Record>> KINDS = kinds();

    /** Making one takes longer than reading most journals. */
    private static final RecordJson JSON = new RecordJson();

    private String chain = Digest.of(MAGIC).hex();
    private int entries;

    private static Map<String, Class<? extends Record>> kinds() {
        Map<String, Class<? extends Record>> kinds = new LinkedHashMap<>();
        kinds.put("started", JournalEntry.Started.class);
        kinds.put("begun", JournalEntry.Begun.class);
        kinds.put("kept", JournalEntry.Kept.class);
        kinds.put("failed", JournalEntry.Failed.class);
        kinds.put("asked", JournalEntry.Asked.class);
        kinds.put("decided", JournalEntry.Decided.class);
        kinds.put("ruled", JournalEntry.Ruled.class);
        kinds.put("ended", JournalEntry.Ended.class);
        return kinds;
    }

    /**
     * An entry's line, as it follows the lines before. Only {@link #written} makes it one of them.
     *
     * @throws StoaException of kind {@code RESOURCES} when it is too large
     */
    Line line(JournalEntry entry) {
        String kind = KINDS.entrySet().stream()
                .filter(each -> each.getValue().isInstance(entry))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> StoaException.bug("an entry has no name: " + entry.getClass()));
        byte[] payload = (kind + " " + JSON.write((Record) entry)).getBytes(StandardCharsets.UTF_8);
        if (payload.length > LARGEST_ENTRY || entries >= MOST_ENTRIES) {
            throw StoaException.resources("a journal takes entries of at most " + LARGEST_ENTRY + " bytes and at most "
                    + MOST_ENTRIES + " of them; this run needs more: give its steps less to read");
        }
        String next = after(payload);
        byte[] head =
                (HexFormat.of().toHexDigits(payload.length) + " " + next + " ").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer line = ByteBuffer.allocate(head.length + payload.length + 1);
        line.put(head).put(payload).put((byte) '\n');
        return new Line(line.array(), next);
    }

    @SuppressWarnings("ArrayRecordComponent") // written at once and kept by nobody
    record Line(byte[] bytes, String chain) {}

    /** A line was written. */
    void written(Line line) {
        chain = line.chain();
        entries++;
    }

    private String after(byte[] payload) {
        MessageDigest running = Digest.sha256();
        running.update(chain.getBytes(StandardCharsets.US_ASCII));
        running.update(payload);
        return Digest.of(running).hex();
    }

    /** What a file says. */
    record Contents(RunHistory history, long sound, long length) {}

    /**
     * Reads a file up to its torn tail.
     *
     * @throws StoaException of kind {@code USER} when it is no journal, or is damaged
     */
    Contents read(JournalFile file) {
        try {
            long length = file.length();
            if (length > LARGEST_FILE) {
                throw StoaException.user(file.name() + ": " + length + " bytes are too many for a journal; at most "
                        + LARGEST_FILE + " are read");
            }
            return read(file, length);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, file.name() + ": cannot be read (" + e + "); see to its disk", e);
        }
    }

    private Contents read(JournalFile file, long length) throws IOException {
        byte[] magic = MAGIC.getBytes(StandardCharsets.US_ASCII);
        byte[] begin = bytes(file, 0, (int) Math.min(length, magic.length));
        if (!MAGIC.startsWith(new String(begin, StandardCharsets.ISO_8859_1))) {
            throw StoaException.user(file.name() + ": is no journal of a run: its first line is not \"" + MAGIC.strip()
                    + "\"; name another file");
        }
        Reading reading = new Reading(file, length, magic.length);
        JournalEntry first = reading.next();
        if (first == null) {
            throw StoaException.user(
                    file.name() + ": the run died before it had begun, and nothing was done; remove it and run anew");
        }
        if (!(first instanceof Started started)) {
            throw StoaException.user(
                    file.name() + ": its first entry does not say what is run; put it back from a copy");
        }
        RunHistory history = new RunHistory(started);
        for (JournalEntry entry = reading.next(); entry != null; entry = reading.next()) {
            history.add(entry);
        }
        return new Contents(history, reading.position, length);
    }

    private static byte[] bytes(JournalFile file, long position, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        int read = file.read(buffer, position);
        if (read < count) {
            throw new IOException("it became shorter while it was read");
        }
        return buffer.array();
    }

    /** Goes through the entries of a file. */
    private final class Reading {
        private final JournalFile file;
        private final long length;
        private long position;

        Reading(JournalFile file, long length, long position) {
            this.file = file;
            this.length = length;
            this.position = position;
        }

        /** The next entry, or null where the sound part of the file ends. */
        @Nullable
        JournalEntry next() throws IOException {
            if (length - position < HEAD) {
                return torn();
            }
            byte[] head = bytes(file, position, HEAD);
            int size = size(head);
            if (size < 0 || length - position - HEAD <= size) {
                return torn();
            }
            byte[] payload = bytes(file, position + HEAD, size + 1);
            byte[] content = Arrays.copyOf(payload, size);
            String claimed = new String(head, DIGITS + 1, 64, StandardCharsets.ISO_8859_1);
            if (payload[size] != '\n' || !after(content).equals(claimed)) {
                return torn();
            }
            if (entries >= MOST_ENTRIES) {
                throw StoaException.user(file.name() + ": has more than " + MOST_ENTRIES + " entries");
            }
            JournalEntry entry = parse(content);
            chain = claimed;
            entries++;
            position += HEAD + size + 1L;
            return entry;
        }

        private int size(byte[] head) {
            try {
                int size = HexFormat.fromHexDigits(new String(head, 0, DIGITS, StandardCharsets.ISO_8859_1));
                return head[DIGITS] == ' ' && head[HEAD - 1] == ' ' && size <= LARGEST_ENTRY ? size : -1;
            } catch (IllegalArgumentException _) {
                return -1;
            }
        }

        /** The end, unless something follows what is wrong: a line is torn only where it is the last. */
        private @Nullable JournalEntry torn() throws IOException {
            byte[] piece = new byte[0];
            for (long at = position; at < length - 1; at += piece.length) {
                piece = bytes(file, at, (int) Math.min(1 << 16, length - 1 - at));
                for (byte each : piece) {
                    if (each == '\n') {
                        throw StoaException.user(file.name() + ": damaged at byte " + position
                                + ": an entry is not what was written, and others follow it; put the file back from a"
                                + " copy");
                    }
                }
            }
            return null;
        }

        private JournalEntry parse(byte[] content) {
            try {
                CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content));
                String whole = text.toString();
                int space = whole.indexOf(' ');
                Class<? extends Record> kind = KINDS.get(space < 0 ? "" : whole.substring(0, space));
                if (kind == null) {
                    throw StoaException.user(file.name() + ": an entry at byte " + position
                            + " is of a kind that this version of Stoa does not know; a newer one wrote it");
                }
                return (JournalEntry) JSON.read(whole.substring(space + 1), kind);
            } catch (CharacterCodingException | JacksonException e) {
                throw new StoaException(
                        StoaException.Kind.USER,
                        file.name() + ": the entry at byte " + position + " is not what Stoa writes: " + e.getMessage()
                                + "; put the file back from a copy",
                        e);
            }
        }
    }
}
