package io.stoa.inspect;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes ZIP archives as it is told, with contradictions where they are wanted. */
// Bytes are what this is about; nobody compares these records.
@SuppressWarnings("ArrayRecordComponent")
final class ZipForge {
    private record Entry(String name, String localName, int flags, boolean packed, byte[] data, long claimed) {}

    private final List<Entry> entries = new ArrayList<>();
    private byte[] before = new byte[0];
    private int sameData;

    ZipForge add(String name, byte[] data) {
        entries.add(new Entry(name, name, 0, false, data, data.length));
        return this;
    }

    ZipForge packed(String name, byte[] data) {
        entries.add(new Entry(name, name, 0, true, data, data.length));
        return this;
    }

    ZipForge encrypted(String name, byte[] data) {
        entries.add(new Entry(name, name, 1, false, data, data.length));
        return this;
    }

    ZipForge otherInHeader(String name, String localName, byte[] data) {
        entries.add(new Entry(name, localName, 0, false, data, data.length));
        return this;
    }

    ZipForge claiming(String name, byte[] data, long size) {
        entries.add(new Entry(name, name, 0, true, data, size));
        return this;
    }

    ZipForge before(byte[] bytes) {
        before = bytes.clone();
        return this;
    }

    /** Lets all entries of the directory have the first one's data. */
    ZipForge overlapping(int times) {
        sameData = times;
        return this;
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream directory = new ByteArrayOutputStream();
        out.writeBytes(before);
        int count = 0;
        for (Entry entry : entries) {
            byte[] data = entry.packed() ? deflated(entry.data()) : entry.data();
            CRC32 crc = new CRC32();
            crc.update(entry.data());
            int at = out.size();
            byte[] local = entry.localName().getBytes(StandardCharsets.UTF_8);
            out.writeBytes(common(
                            ByteBuffer.allocate(30)
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .putInt(0x04034b50),
                            entry,
                            crc,
                            data)
                    .putShort((short) local.length)
                    .putShort((short) 0)
                    .array());
            out.writeBytes(local);
            out.writeBytes(data);
            byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i <= sameData; i++) {
                directory.writeBytes(common(
                                ByteBuffer.allocate(46)
                                        .order(ByteOrder.LITTLE_ENDIAN)
                                        .putInt(0x02014b50)
                                        .putShort((short) 20),
                                entry,
                                crc,
                                data)
                        .putShort((short) name.length)
                        .putShort((short) 0)
                        .putShort((short) 0)
                        .putShort((short) 0)
                        .putShort((short) 0)
                        .putInt(0)
                        .putInt(at)
                        .array());
                directory.writeBytes(name);
                count++;
            }
        }
        int start = out.size();
        out.writeBytes(directory.toByteArray());
        out.writeBytes(ByteBuffer.allocate(22)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x06054b50)
                .putInt(0)
                .putShort((short) count)
                .putShort((short) count)
                .putInt(directory.size())
                .putInt(start)
                .putShort((short) 0)
                .array());
        return out.toByteArray();
    }

    private static ByteBuffer common(ByteBuffer into, Entry entry, CRC32 crc, byte[] data) {
        return into.putShort((short) 20)
                .putShort((short) entry.flags())
                .putShort((short) (entry.packed() ? 8 : 0))
                .putInt(0)
                .putInt((int) crc.getValue())
                .putInt(data.length)
                .putInt((int) entry.claimed());
    }

    private static byte[] deflated(byte[] data) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(data);
        deflater.finish();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return out.toByteArray();
    }

    /** A checkpoint as torch.save writes one. */
    static ZipForge checkpoint(byte[] pickle) {
        return new ZipForge()
                .add("archive/data.pkl", pickle)
                .add("archive/byteorder", "little".getBytes(StandardCharsets.UTF_8))
                .add("archive/data/0", new byte[16])
                .add("archive/version", "3\n".getBytes(StandardCharsets.UTF_8));
    }
}
