package io.stoa.integration.retrieve.ingest;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * How a document goes to the process that parses it and its text comes back: numbers big-endian, texts as UTF-8 after their
 * length. A request is the format's name and the content; an answer is 0 and the parsed document, or 1 and the reason.
 */
final class Wire {
    private static final int HEADING = 0;
    private static final int TEXT = 1;
    private static final int TABLE = 2;
    private static final int MOST_BLOCKS = 50_000_000;

    private Wire() {}

    static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static byte[] readBytes(DataInputStream in, int most) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > most) {
            throw new IOException("a length of " + length);
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    static void write(DataOutputStream out, String text) throws IOException {
        write(out, text.getBytes(StandardCharsets.UTF_8));
    }

    static String readText(DataInputStream in, int most) throws IOException {
        return new String(readBytes(in, most), StandardCharsets.UTF_8);
    }

    static void write(DataOutputStream out, Parsed parsed) throws IOException {
        write(out, parsed.title());
        out.writeInt(parsed.blocks().size());
        for (Block block : parsed.blocks()) {
            out.writeInt(block.where().page().orElse(0));
            out.writeInt(block.where().line().orElse(0));
            switch (block) {
                case Block.Heading heading -> {
                    out.writeByte(HEADING);
                    out.writeByte(heading.level());
                    write(out, heading.text());
                }
                case Block.Text text -> {
                    out.writeByte(TEXT);
                    write(out, text.text());
                }
                case Block.Table table -> {
                    out.writeByte(TABLE);
                    out.writeInt(table.rows().size());
                    for (List<String> row : table.rows()) {
                        out.writeInt(row.size());
                        for (String cell : row) {
                            write(out, cell);
                        }
                    }
                }
            }
        }
    }

    /** @param most bytes of one text; what comes from a process that a document may have taken over is not trusted */
    static Parsed readParsed(DataInputStream in, int most) throws IOException {
        String title = readText(in, most);
        int count = count(in);
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Where where = new Where(positive(in.readInt()), positive(in.readInt()));
            int kind = in.readByte();
            blocks.add(
                    switch (kind) {
                        case HEADING -> new Block.Heading(in.readByte(), readText(in, most), where);
                        case TEXT -> new Block.Text(readText(in, most), where);
                        case TABLE -> new Block.Table(rows(in, most), where);
                        default -> throw new IOException("a block of kind " + kind);
                    });
        }
        return new Parsed(title, blocks);
    }

    private static List<List<String>> rows(DataInputStream in, int most) throws IOException {
        int count = count(in);
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int cells = count(in);
            List<String> row = new ArrayList<>();
            for (int j = 0; j < cells; j++) {
                row.add(readText(in, most));
            }
            rows.add(row);
        }
        return rows;
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MOST_BLOCKS) {
            throw new IOException("a count of " + count);
        }
        return count;
    }

    private static OptionalInt positive(int number) {
        return number > 0 ? OptionalInt.of(number) : OptionalInt.empty();
    }
}
