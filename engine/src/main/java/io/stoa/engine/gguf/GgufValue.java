package io.stoa.engine.gguf;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A metadata value. The nine integer and floating-point types of the format are widened to {@code long} and {@code
 * double}; an unsigned 64-bit value above {@link Long#MAX_VALUE} is refused by the reader. Text that is not valid UTF-8
 * carries U+FFFD in the place of what is not. Arrays that a reader made decode their values when asked for them.
 */
public sealed interface GgufValue {
    record Whole(long value) implements GgufValue {}

    record Real(double value) implements GgufValue {}

    record Truth(boolean value) implements GgufValue {}

    record Text(String value) implements GgufValue {
        public Text {
            requireNonNull(value, "value");
        }
    }

    record Array(List<GgufValue> values) implements GgufValue {
        public Array {
            values = values instanceof PackedValues ? values : List.copyOf(values);
        }
    }
}
