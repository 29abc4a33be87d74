package io.stoa.engine.gguf;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Everything before the data of a GGUF file.
 *
 * @param version the format version
 * @param metadata the keys in file order; see {@link GgufValue}
 * @param tensors the tensor table in file order
 * @param alignment {@code general.alignment}, 32 unless said otherwise
 * @param dataOffset where the data section starts, in bytes from the start of the file
 * @param fileBytes the size of the file
 */
public record GgufHeader(
        int version,
        Map<String, GgufValue> metadata,
        List<GgufTensor> tensors,
        int alignment,
        long dataOffset,
        long fileBytes) {
    public GgufHeader {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(requireNonNull(metadata, "metadata")));
        tensors = List.copyOf(tensors);
    }

    /** The value of a string key. Empty when it is missing or of another type. */
    public Optional<String> string(String key) {
        return metadata.get(key) instanceof GgufValue.Text(String text) ? Optional.of(text) : Optional.empty();
    }

    /** The value of an integer or boolean key, booleans as 0 and 1. Empty when it is missing or of another type. */
    public OptionalLong integer(String key) {
        return switch (metadata.get(key)) {
            case GgufValue.Whole(long value) -> OptionalLong.of(value);
            case GgufValue.Truth(boolean value) -> OptionalLong.of(value ? 1 : 0);
            case null, default -> OptionalLong.empty();
        };
    }

    /** The value of a floating-point or integer key. Empty when it is missing or of another type. */
    public OptionalDouble real(String key) {
        return switch (metadata.get(key)) {
            case GgufValue.Real(double value) -> OptionalDouble.of(value);
            case GgufValue.Whole(long value) -> OptionalDouble.of((double) value);
            case null, default -> OptionalDouble.empty();
        };
    }

    /** The value of an array key. Empty when it is missing or of another type. */
    public Optional<List<GgufValue>> array(String key) {
        return metadata.get(key) instanceof GgufValue.Array(List<GgufValue> values)
                ? Optional.of(values)
                : Optional.empty();
    }

    /** {@code general.architecture}, or "unknown". */
    public String architecture() {
        return string("general.architecture").orElse("unknown");
    }

    /** An integer hyper-parameter of the architecture, such as {@code block_count}. */
    public OptionalLong hyperParameter(String name) {
        return integer(architecture() + "." + name);
    }

    /** The bytes of all tensors, without padding. */
    public long tensorBytes() {
        return tensors.stream().mapToLong(GgufTensor::bytes).sum();
    }

    /** The number of parameters in all tensors. */
    public long parameters() {
        return tensors.stream().mapToLong(GgufTensor::elements).sum();
    }
}
