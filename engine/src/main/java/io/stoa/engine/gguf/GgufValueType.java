package io.stoa.engine.gguf;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The types of metadata values ({@code gguf_type} in ggml's {@code gguf.h}). */
enum GgufValueType {
    U8(1),
    I8(1),
    U16(2),
    I16(2),
    U32(4),
    I32(4),
    F32(4),
    BOOL(1),
    STRING(0),
    ARRAY(0),
    U64(8),
    I64(8),
    F64(8);

    private final int bytes;

    GgufValueType(int bytes) {
        this.bytes = bytes;
    }

    /** The number that stands for the type in a file: its place in the list above. */
    @SuppressWarnings("EnumOrdinal")
    int code() {
        return ordinal();
    }

    /** The size of a value in bytes; 0 for strings and arrays, which say their own. */
    int bytes() {
        return bytes;
    }

    static Optional<GgufValueType> ofCode(int code) {
        return code >= 0 && code < values().length ? Optional.of(values()[code]) : Optional.empty();
    }

    /** The value of fixed size at a place of a little-endian buffer. */
    GgufValue decode(ByteBuffer in, int at) {
        return switch (this) {
            case U8 -> new GgufValue.Whole(in.get(at) & 0xff);
            case I8 -> new GgufValue.Whole(in.get(at));
            case U16 -> new GgufValue.Whole(in.getShort(at) & 0xffff);
            case I16 -> new GgufValue.Whole(in.getShort(at));
            case U32 -> new GgufValue.Whole(in.getInt(at) & 0xffffffffL);
            case I32 -> new GgufValue.Whole(in.getInt(at));
            case F32 -> new GgufValue.Real(in.getFloat(at));
            case BOOL -> new GgufValue.Truth(in.get(at) != 0);
            case U64, I64 -> new GgufValue.Whole(in.getLong(at));
            case F64 -> new GgufValue.Real(in.getDouble(at));
            case STRING, ARRAY -> throw new IllegalArgumentException(this + " has no fixed size");
        };
    }
}
