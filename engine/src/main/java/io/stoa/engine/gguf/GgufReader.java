package io.stoa.engine.gguf;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the header of a GGUF file. */
public final class GgufReader {
    private final Path path;
    private final ByteBuffer in;

    private GgufReader(Path path, ByteBuffer in) {
        this.path = path;
        this.in = in;
    }

    /**
     * Reads everything before the tensors' data.
     *
     * @throws StoaException of kind {@code USER} that names the file and what is wrong with it
     */
    public static GgufHeader read(Path path) {
        try (FileChannel channel = FileChannel.open(path)) {
            ByteBuffer in = channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(channel.size(), Integer.MAX_VALUE));
            in.order(ByteOrder.LITTLE_ENDIAN);
            return new GgufReader(path, in).header(channel.size());
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private GgufHeader header(long fileBytes) {
        int magic = in.getInt();
        if (magic != 0x46554747) {
            throw StoaException.user(path + ": not a GGUF file");
        }
        int version = in.getInt();
        long tensorCount = in.getLong();
        long keyCount = in.getLong();
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        for (long i = 0; i < keyCount; i++) {
            String key = text();
            metadata.put(key, value(in.getInt()));
        }
        List<GgufTensor> tensors = new ArrayList<>();
        for (long i = 0; i < tensorCount; i++) {
            String name = text();
            int dimensions = in.getInt();
            List<Long> shape = new ArrayList<>();
            for (int d = 0; d < dimensions; d++) {
                shape.add(in.getLong());
            }
            int code = in.getInt();
            GgmlType type = GgmlType.ofCode(code)
                    .orElseThrow(() -> StoaException.user(path + ": tensor " + name + " has unknown type " + code));
            tensors.add(new GgufTensor(name, shape, type, in.getLong()));
        }
        int alignment = metadata.get("general.alignment") instanceof GgufValue.Whole(long a) ? (int) a : 32;
        long dataOffset = (in.position() + alignment - 1L) / alignment * alignment;
        return new GgufHeader(version, metadata, tensors, alignment, dataOffset, fileBytes);
    }

    private String text() {
        byte[] bytes = new byte[(int) in.getLong()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private GgufValue value(int type) {
        return switch (type) {
            case 0 -> new GgufValue.Whole(in.get() & 0xff);
            case 1 -> new GgufValue.Whole(in.get());
            case 2 -> new GgufValue.Whole(in.getShort() & 0xffff);
            case 3 -> new GgufValue.Whole(in.getShort());
            case 4 -> new GgufValue.Whole(in.getInt() & 0xffffffffL);
            case 5 -> new GgufValue.Whole(in.getInt());
            case 6 -> new GgufValue.Real(in.getFloat());
            case 7 -> new GgufValue.Truth(in.get() != 0);
            case 8 -> new GgufValue.Text(text());
            case 9 -> {
                int elementType = in.getInt();
                long count = in.getLong();
                List<GgufValue> values = new ArrayList<>();
                for (long i = 0; i < count; i++) {
                    values.add(value(elementType));
                }
                yield new GgufValue.Array(values);
            }
            case 10, 11 -> new GgufValue.Whole(in.getLong());
            case 12 -> new GgufValue.Real(in.getDouble());
            default -> throw StoaException.user(path + ": unknown value type " + type);
        };
    }
}
