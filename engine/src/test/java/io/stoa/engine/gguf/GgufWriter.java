package io.stoa.engine.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * Writes GGUF files as it is told, sound or not. It knows nothing of the reader under test: it has its own, trusting
 * parser, keeps values as bytes, and writes whatever counts, offsets and types it is given.
 */
// Bytes are what this is about; nobody compares these records.
@SuppressWarnings("ArrayRecordComponent")
final class GgufWriter {
    static final int U32 = 4;
    static final int I32 = 5;
    static final int F32 = 6;
    static final int BOOL = 7;
    static final int STRING = 8;
    static final int ARRAY = 9;
    static final int U64 = 10;

    private static final int ALIGNMENT = 32;

    /**
     * A key.
     *
     * @param value the bytes after the type, as they lie in the file
     */
    record Key(String name, int type, byte[] value) {}

    /**
     * A tensor.
     *
     * @param dimensions how many dimensions the table says there are; may differ from the shape's
     * @param data its bytes without padding
     */
    record Tensor(String name, int dimensions, List<Long> shape, int type, long offset, byte[] data) {
        Tensor named(String other) {
            return new Tensor(other, dimensions, shape, type, offset, data);
        }

        Tensor shaped(List<Long> other) {
            return new Tensor(name, other.size(), other, type, offset, data);
        }

        Tensor typed(int other) {
            return new Tensor(name, dimensions, shape, other, offset, data);
        }

        Tensor at(long other) {
            return new Tensor(name, dimensions, shape, type, other, data);
        }

        Tensor holding(byte[] other) {
            return new Tensor(name, dimensions, shape, type, offset, other);
        }
    }

    private byte[] magic = {'G', 'G', 'U', 'F'};
    private int version = 3;
    private OptionalLong claimedTensors = OptionalLong.empty();
    private OptionalLong claimedKeys = OptionalLong.empty();
    private final List<Key> keys = new ArrayList<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();

    /** What a sound file holds. */
    static GgufWriter of(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(8);
        GgufWriter writer = new GgufWriter();
        long tensorCount = in.getLong();
        long keyCount = in.getLong();
        for (long i = 0; i < keyCount; i++) {
            String name = text(in);
            int type = in.getInt();
            int start = in.position();
            skipValue(in, type);
            byte[] value = new byte[in.position() - start];
            in.get(start, value);
            writer.keys.add(new Key(name, type, value));
        }
        List<Tensor> table = new ArrayList<>();
        for (long i = 0; i < tensorCount; i++) {
            String name = text(in);
            int dimensions = in.getInt();
            List<Long> shape = new ArrayList<>();
            for (int d = 0; d < dimensions; d++) {
                shape.add(in.getLong());
            }
            table.add(new Tensor(name, dimensions, shape, in.getInt(), in.getLong(), new byte[0]));
        }
        int dataOffset = (in.position() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        for (Tensor tensor : table) {
            long elements = tensor.shape().stream().reduce(1L, (a, b) -> a * b);
            byte[] data = new byte[(int) (tensor.type() == 0 ? elements * 4 : elements * 2)];
            in.get((int) (dataOffset + tensor.offset()), data);
            writer.tensors.add(tensor.holding(data));
        }
        return writer;
    }

    GgufWriter magic(byte[] bytes) {
        magic = bytes.clone();
        return this;
    }

    GgufWriter version(int number) {
        version = number;
        return this;
    }

    GgufWriter claimTensors(long count) {
        claimedTensors = OptionalLong.of(count);
        return this;
    }

    GgufWriter claimKeys(long count) {
        claimedKeys = OptionalLong.of(count);
        return this;
    }

    List<Key> keys() {
        return Collections.unmodifiableList(keys);
    }

    List<Tensor> tensors() {
        return Collections.unmodifiableList(tensors);
    }

    Key key(String name) {
        return keys.stream().filter(key -> key.name().equals(name)).findFirst().orElseThrow();
    }

    /** Changes a key in its place, or adds one. */
    GgufWriter set(String name, int type, byte[] value) {
        Key key = new Key(name, type, value);
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i).name().equals(name)) {
                keys.set(i, key);
                return this;
            }
        }
        return add(key);
    }

    GgufWriter add(Key key) {
        keys.add(key);
        return this;
    }

    GgufWriter remove(String key) {
        keys.removeIf(candidate -> candidate.name().equals(key));
        return this;
    }

    GgufWriter replaceKeys(UnaryOperator<Key> change) {
        keys.replaceAll(change);
        return this;
    }

    GgufWriter tensor(int index, UnaryOperator<Tensor> change) {
        tensors.set(index, change.apply(tensors.get(index)));
        return this;
    }

    GgufWriter add(Tensor tensor) {
        tensors.add(tensor);
        return this;
    }

    GgufWriter removeTensors(String prefix) {
        tensors.removeIf(tensor -> tensor.name().startsWith(prefix));
        return this;
    }

    /** Gives all tensors the offsets that their data has. */
    GgufWriter laidOut() {
        long offset = 0;
        for (int i = 0; i < tensors.size(); i++) {
            tensors.set(i, tensors.get(i).at(offset));
            offset = (offset + tensors.get(i).data().length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        return this;
    }

    byte[] bytes() {
        marks.clear();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        mark(out, magic);
        mark(out, u32(version));
        mark(out, u64(claimedTensors.orElse(tensors.size())));
        mark(out, u64(claimedKeys.orElse(keys.size())));
        for (Key key : keys) {
            mark(out, text(key.name()));
            mark(out, u32(key.type()));
            mark(out, key.value());
        }
        for (Tensor tensor : tensors) {
            mark(out, text(tensor.name()));
            mark(out, u32(tensor.dimensions()));
            for (long dimension : tensor.shape()) {
                mark(out, u64(dimension));
            }
            mark(out, u32(tensor.type()));
            mark(out, u64(tensor.offset()));
        }
        pad(out);
        for (Tensor tensor : tensors) {
            mark(out, tensor.data());
            pad(out);
        }
        return out.toByteArray();
    }

    /** Where the fields start and end in what {@link #bytes} wrote last. */
    List<Integer> marks() {
        return List.copyOf(marks);
    }

    private void mark(ByteArrayOutputStream out, byte[] field) {
        marks.add(out.size());
        out.writeBytes(field);
    }

    private static void pad(ByteArrayOutputStream out) {
        while (out.size() % ALIGNMENT != 0) {
            out.write(0);
        }
    }

    static byte[] u32(long value) {
        return little(4).putInt((int) value).array();
    }

    static byte[] u64(long value) {
        return little(8).putLong(value).array();
    }

    static byte[] f32(float value) {
        return little(4).putFloat(value).array();
    }

    static byte[] text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return little(8 + utf8.length).putLong(utf8.length).put(utf8).array();
    }

    static byte[] texts(List<String> values) {
        List<byte[]> parts = values.stream().map(GgufWriter::text).toList();
        return array(STRING, values.size(), join(parts));
    }

    static byte[] i32s(List<Integer> values) {
        return array(
                I32, values.size(), join(values.stream().map(GgufWriter::u32).toList()));
    }

    static byte[] f32s(List<Float> values) {
        return array(
                F32, values.size(), join(values.stream().map(GgufWriter::f32).toList()));
    }

    static byte[] array(int type, long count, byte[] elements) {
        return join(List.of(u32(type), u64(count), elements));
    }

    static byte[] join(List<byte[]> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        parts.forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(ByteBuffer in) {
        byte[] utf8 = new byte[(int) in.getLong()];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static void skipValue(ByteBuffer in, int type) {
        switch (type) {
            case 0, 1, BOOL -> in.get();
            case 2, 3 -> in.getShort();
            case U32, I32, F32 -> in.getInt();
            case STRING -> text(in);
            case ARRAY -> {
                int element = in.getInt();
                long count = in.getLong();
                for (long i = 0; i < count; i++) {
                    skipValue(in, element);
                }
            }
            default -> in.getLong();
        }
    }
}
