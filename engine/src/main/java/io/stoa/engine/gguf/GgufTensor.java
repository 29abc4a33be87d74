package io.stoa.engine.gguf;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One tensor of the table. Whatever its numbers, {@link #elements()} and {@link #bytes()} do not overflow.
 *
 * @param name its name, such as {@code blk.0.attn_q.weight}
 * @param shape its dimensions, the contiguous one first (ggml's {@code ne}), one to four of them, each at least 1, in
 *     all at most 2^40 elements (the largest tensors of 2026 have some 2^33); rows are whole blocks of the type
 * @param type the ggml type of its data
 * @param offset where its data start, in bytes from the start of the data section
 */
public record GgufTensor(String name, List<Long> shape, GgmlType type, long offset) {
    private static final long MOST_ELEMENTS = 1L << 40;

    public GgufTensor {
        requireNonNull(name, "name");
        requireNonNull(type, "type");
        shape = List.copyOf(shape);
        if (shape.isEmpty() || shape.size() > 4) {
            throw new IllegalArgumentException("has " + shape.size() + " dimensions, not 1 to 4");
        }
        long elements = 1;
        for (long dimension : shape) {
            if (dimension < 1 || dimension > MOST_ELEMENTS / elements) {
                throw new IllegalArgumentException("has the impossible shape " + shape);
            }
            elements *= dimension;
        }
        if (shape.getFirst() % type.blockElements() != 0) {
            throw new IllegalArgumentException("has rows of " + shape.getFirst() + " elements, but " + type
                    + " comes in blocks of " + type.blockElements());
        }
        if (offset < 0) {
            throw new IllegalArgumentException("has the impossible offset " + Long.toUnsignedString(offset));
        }
    }

    /** The number of elements. */
    public long elements() {
        long elements = 1;
        for (long dimension : shape) {
            elements *= dimension;
        }
        return elements;
    }

    /** The size of its data in bytes, without padding. */
    public long bytes() {
        return elements() / type.blockElements() * type.blockBytes();
    }
}
