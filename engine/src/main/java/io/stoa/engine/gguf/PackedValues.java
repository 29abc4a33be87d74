package io.stoa.engine.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * The values of an array as they lie in the file, decoded when asked for. A vocabulary of 262,144 tokens takes its
 * text and four bytes a token instead of three objects a token. Immutable: nobody else holds the arrays.
 */
final class PackedValues extends AbstractList<GgufValue> implements RandomAccess {
    private final GgufValueType type;
    private final ByteBuffer data;
    private final int[] ends;
    private final int size;

    private PackedValues(GgufValueType type, byte[] data, int[] ends, int size) {
        this.type = type;
        this.data = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        this.ends = ends;
        this.size = size;
    }

    /** Values of a type of fixed size, one after the other. */
    static PackedValues fixed(GgufValueType type, byte[] data) {
        return new PackedValues(type, data, new int[0], data.length / type.bytes());
    }

    /**
     * Texts one after the other.
     *
     * @param data the UTF-8 bytes of all texts without their lengths; may be longer than the last end
     * @param ends where each text ends in {@code data}
     */
    static PackedValues texts(byte[] data, int[] ends) {
        return new PackedValues(GgufValueType.STRING, data, ends, ends.length);
    }

    @Override
    public GgufValue get(int index) {
        Objects.checkIndex(index, size);
        if (type == GgufValueType.STRING) {
            int start = index == 0 ? 0 : ends[index - 1];
            return new GgufValue.Text(new String(data.array(), start, ends[index] - start, StandardCharsets.UTF_8));
        }
        return type.decode(data, index * type.bytes());
    }

    @Override
    public int size() {
        return size;
    }
}
