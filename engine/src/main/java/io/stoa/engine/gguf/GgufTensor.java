package io.stoa.engine.gguf;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One tensor of the table.
 *
 * @param name its name, such as {@code blk.0.attn_q.weight}
 * @param shape its dimensions, the contiguous one first (ggml's {@code ne}), one to four of them
 * @param type the ggml type of its data
 * @param offset where its data start, in bytes from the start of the data section
 */
public record GgufTensor(String name, List<Long> shape, GgmlType type, long offset) {
    public GgufTensor {
        requireNonNull(name, "name");
        requireNonNull(type, "type");
        shape = List.copyOf(shape);
    }

    /** The number of elements. */
    public long elements() {
        long elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        return elements;
    }

    /** The size of its data in bytes, without padding. */
    public long bytes() {
        return Math.multiplyExact(elements() / type.blockElements(), type.blockBytes());
    }
}
