package io.stoa.engine.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes GGUF files (version 3) of models that are a shape and nothing more: every weight is zero, or noise. What a model
 * costs in memory and time depends on its shape alone, but for attention, so such files stand for models that nobody has at
 * hand.
 */
public final class ZeroModel {
    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;

    /** The same again and again. */
    private static final int NOISE_BYTES = 1 << 16;

    private static final Map<GgmlType, byte[]> NOISE = new ConcurrentHashMap<>();

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private ZeroModel() {}

    /** What a tensor holds. */
    public enum Content {
        ZEROS,

        /** Finite numbers in every type; F16, BF16, F32 and the scales of quantized blocks between 0.007 and 0.1, most signed. */
        NOISE
    }

    /** A tensor before it has a place in a file; the shape has the contiguous dimension first. */
    public record Shape(String name, GgmlType type, List<Long> dimensions, Content content) {
        public Shape {
            dimensions = List.copyOf(dimensions);
        }
    }

    /**
     * Writes a file, as a sparse one where the system has them.
     *
     * @param file is made; it must not exist
     * @param metadata whole numbers become 32-bit integers, or 64-bit ones where they must; reals become 32-bit floats;
     *     an array holds values of one kind
     * @throws IOException when it cannot be written; a file that was begun stays
     */
    public static void write(Path file, Map<String, GgufValue> metadata, List<Shape> shapes) throws IOException {
        List<GgufTensor> tensors = placed(shapes);
        ZeroModel out = new ZeroModel();
        out.bytes.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.whole(VERSION, Integer.BYTES);
        out.whole(tensors.size(), Long.BYTES);
        out.whole(metadata.size(), Long.BYTES);
        metadata.forEach((key, value) -> {
            out.text(key);
            out.whole(type(value).code(), Integer.BYTES);
            out.value(value, type(value));
        });
        long end = 0;
        for (GgufTensor tensor : tensors) {
            out.text(tensor.name());
            out.whole(tensor.shape().size(), Integer.BYTES);
            tensor.shape().forEach(dimension -> out.whole(dimension, Long.BYTES));
            out.whole(tensor.type().code(), Integer.BYTES);
            out.whole(tensor.offset(), Long.BYTES);
            end = aligned(tensor.offset() + tensor.bytes());
        }
        long start = aligned(out.bytes.size());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(out.bytes.toByteArray()));
            if (end > 0) {
                channel.write(ByteBuffer.allocate(1), start + end - 1);
            }
            for (int i = 0; i < shapes.size(); i++) {
                if (shapes.get(i).content() == Content.NOISE) {
                    writeNoise(channel, start, tensors.get(i));
                }
            }
        }
    }

    private static void writeNoise(FileChannel channel, long start, GgufTensor tensor) throws IOException {
        byte[] noise = NOISE.computeIfAbsent(tensor.type(), ZeroModel::noise);
        for (long at = 0; at < tensor.bytes(); at += noise.length) {
            int length = (int) Math.min(noise.length, tensor.bytes() - at);
            channel.write(ByteBuffer.wrap(noise, 0, length), start + tensor.offset() + at);
        }
    }

    /**
     * Whole blocks. Of most types every byte is such that it may be the upper half of an F16, so it does not matter where in a
     * block its scales are.
     */
    private static byte[] noise(GgmlType type) {
        byte[] noise = new byte[NOISE_BYTES / type.blockBytes() * type.blockBytes()];
        Random random = new Random(NOISE_BYTES);
        for (int i = 0; i < noise.length; i++) {
            int sign = random.nextBoolean() ? 0x80 : 0;
            int half = 0x20 + random.nextInt(12);
            int upper = 0x3c + random.nextInt(2);
            noise[i] = (byte)
                    switch (type) {
                        case F32 -> i % Float.BYTES == Float.BYTES - 1 ? upper : sign | half;
                        case BF16 -> sign | (i % Short.BYTES == 1 ? upper : half);
                        // A block begins with the exponent of its scale.
                        case MXFP4 -> i % type.blockBytes() == 0 ? 0x78 : sign | half;
                        default -> sign | half;
                    };
        }
        return noise;
    }

    private static List<GgufTensor> placed(List<Shape> shapes) {
        List<GgufTensor> tensors = new ArrayList<>();
        long offset = 0;
        for (Shape shape : shapes) {
            GgufTensor tensor = new GgufTensor(shape.name(), shape.dimensions(), shape.type(), offset);
            tensors.add(tensor);
            offset = aligned(offset + tensor.bytes());
        }
        return tensors;
    }

    private static long aligned(long bytes) {
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }

    private static GgufValueType type(GgufValue value) {
        return switch (value) {
            case GgufValue.Whole(long whole) -> {
                if (whole >= 0 && whole <= 0xffffffffL) {
                    yield GgufValueType.U32;
                }
                yield whole >= Integer.MIN_VALUE && whole < 0 ? GgufValueType.I32 : GgufValueType.I64;
            }
            case GgufValue.Real _ -> GgufValueType.F32;
            case GgufValue.Truth _ -> GgufValueType.BOOL;
            case GgufValue.Text _ -> GgufValueType.STRING;
            case GgufValue.Array _ -> GgufValueType.ARRAY;
        };
    }

    /** Of an array's values: llama.cpp wants signed integers for token types and the like. */
    private static GgufValueType elementType(List<GgufValue> values) {
        GgufValueType type = values.isEmpty() ? GgufValueType.I32 : type(values.getFirst());
        return type == GgufValueType.U32 ? GgufValueType.I32 : type;
    }

    private void value(GgufValue value, GgufValueType type) {
        switch (value) {
            case GgufValue.Whole(long whole) -> whole(whole, type.bytes());
            case GgufValue.Real(double real) -> whole(Float.floatToIntBits((float) real), Float.BYTES);
            case GgufValue.Truth(boolean truth) -> whole(truth ? 1 : 0, 1);
            case GgufValue.Text(String text) -> text(text);
            case GgufValue.Array(List<GgufValue> values) -> {
                GgufValueType element = elementType(values);
                whole(element.code(), Integer.BYTES);
                whole(values.size(), Long.BYTES);
                values.forEach(each -> value(each, element));
            }
        }
    }

    private void whole(long value, int size) {
        byte[] all = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        bytes.write(all, 0, size);
    }

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        whole(utf8.length, Long.BYTES);
        bytes.writeBytes(utf8);
    }
}
