package io.stoa.inspect;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** Writes GGUF files as it is told, sound or not. It knows nothing of the reader under test. */
// Bytes are what this is about; nobody compares these records.
@SuppressWarnings("ArrayRecordComponent")
final class GgufForge {
    static final Path MODELS = Path.of("../examples/quickstart/models");
    static final int U32 = 4;
    static final int F32 = 6;
    static final int BOOL = 7;
    static final int STRING = 8;
    static final int ARRAY = 9;
    static final int U64 = 10;

    record Key(String name, int type, byte[] value) {}

    record Tensor(String name, int dimensions, List<Long> shape, int type, long offset, byte[] data) {
        Tensor named(String other) {
            return new Tensor(other, dimensions, shape, type, offset, data);
        }

        Tensor shaped(Long... other) {
            return new Tensor(name, other.length, List.of(other), type, offset, data);
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

    String magic = "GGUF";
    int version = 3;
    OptionalLong claimedTensors = OptionalLong.empty();
    OptionalLong claimedKeys = OptionalLong.empty();
    byte padding;
    final List<Key> keys = new ArrayList<>();
    final List<Tensor> tensors = new ArrayList<>();

    /** nano.gguf, cut to its first layer and without its chat template. */
    static GgufForge nano() {
        try {
            GgufForge forge = of(Files.readAllBytes(MODELS.resolve("nano.gguf")));
            forge.set("llama.block_count", U32, u32(1)).remove("tokenizer.chat_template");
            forge.tensors.removeIf(tensor ->
                    tensor.name().startsWith("blk.1.") || tensor.name().startsWith("blk.2."));
            return forge.laidOut();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static GgufForge of(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(8);
        GgufForge forge = new GgufForge();
        long tensorCount = in.getLong();
        long keyCount = in.getLong();
        for (long i = 0; i < keyCount; i++) {
            String name = string(in);
            int type = in.getInt();
            int start = in.position();
            skip(in, type);
            byte[] value = new byte[in.position() - start];
            in.get(start, value);
            forge.keys.add(new Key(name, type, value));
        }
        List<Tensor> table = new ArrayList<>();
        for (long i = 0; i < tensorCount; i++) {
            String name = string(in);
            int dimensions = in.getInt();
            List<Long> shape = new ArrayList<>();
            for (int d = 0; d < dimensions; d++) {
                shape.add(in.getLong());
            }
            table.add(new Tensor(name, dimensions, shape, in.getInt(), in.getLong(), new byte[0]));
        }
        int data = (in.position() + 31) / 32 * 32;
        for (Tensor tensor : table) {
            long elements = tensor.shape().stream().reduce(1L, (a, b) -> a * b);
            byte[] bytes = new byte[(int) (elements * (tensor.type() == 0 ? 4 : 2))];
            in.get((int) (data + tensor.offset()), bytes);
            forge.tensors.add(tensor.holding(bytes));
        }
        return forge;
    }

    GgufForge set(String name, int type, byte[] value) {
        Key key = new Key(name, type, value);
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i).name().equals(name)) {
                keys.set(i, key);
                return this;
            }
        }
        keys.add(key);
        return this;
    }

    GgufForge text(String name, String value) {
        return set(name, STRING, string(value));
    }

    GgufForge number(String name, long value) {
        return set(name, U32, u32(value));
    }

    GgufForge remove(String name) {
        keys.removeIf(key -> key.name().equals(name));
        return this;
    }

    GgufForge tensor(String name, UnaryOperator<Tensor> change) {
        for (int i = 0; i < tensors.size(); i++) {
            if (tensors.get(i).name().equals(name)) {
                tensors.set(i, change.apply(tensors.get(i)));
                return this;
            }
        }
        throw new IllegalArgumentException("no tensor " + name);
    }

    Tensor tensor(String name) {
        return tensors.stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    Key key(String name) {
        return keys.stream().filter(key -> key.name().equals(name)).findFirst().orElseThrow();
    }

    /** The texts of an array. */
    List<String> texts(String name) {
        ByteBuffer in = ByteBuffer.wrap(key(name).value())
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(4);
        long count = in.getLong();
        List<String> texts = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            texts.add(string(in));
        }
        return texts;
    }

    GgufForge texts(String name, List<String> values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(u32(STRING));
        out.writeBytes(u64(values.size()));
        values.forEach(value -> out.writeBytes(string(value)));
        return set(name, ARRAY, out.toByteArray());
    }

    /** Gives all tensors the offsets that their data has. */
    GgufForge laidOut() {
        long offset = 0;
        for (int i = 0; i < tensors.size(); i++) {
            tensors.set(i, tensors.get(i).at(offset));
            offset = (offset + tensors.get(i).data().length + 31) / 32 * 32;
        }
        return this;
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(magic.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(u32(version));
        out.writeBytes(u64(claimedTensors.orElse(tensors.size())));
        out.writeBytes(u64(claimedKeys.orElse(keys.size())));
        for (Key key : keys) {
            out.writeBytes(string(key.name()));
            out.writeBytes(u32(key.type()));
            out.writeBytes(key.value());
        }
        for (Tensor tensor : tensors) {
            out.writeBytes(string(tensor.name()));
            out.writeBytes(u32(tensor.dimensions()));
            tensor.shape().forEach(dimension -> out.writeBytes(u64(dimension)));
            out.writeBytes(u32(tensor.type()));
            out.writeBytes(u64(tensor.offset()));
        }
        pad(out);
        for (Tensor tensor : tensors) {
            out.writeBytes(tensor.data());
            pad(out);
        }
        return out.toByteArray();
    }

    private void pad(ByteArrayOutputStream out) {
        while (out.size() % 32 != 0) {
            out.write(padding);
        }
    }

    static byte[] u32(long value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) value)
                .array();
    }

    static byte[] u64(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    static byte[] f32(float value) {
        return u32(Float.floatToRawIntBits(value));
    }

    static byte[] string(String value) {
        return string(value.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] string(byte[] value) {
        return join(u64(value.length), value);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static String string(ByteBuffer in) {
        byte[] utf8 = new byte[(int) in.getLong()];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static void skip(ByteBuffer in, int type) {
        switch (type) {
            case 0, 1, BOOL -> in.get();
            case 2, 3 -> in.getShort();
            case 4, 5, 6 -> in.getInt();
            case STRING -> string(in);
            case ARRAY -> {
                int element = in.getInt();
                long count = in.getLong();
                for (long i = 0; i < count; i++) {
                    skip(in, element);
                }
            }
            default -> in.getLong();
        }
    }
}
