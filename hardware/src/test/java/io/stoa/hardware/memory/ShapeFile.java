package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.engine.gguf.GgufValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A header written as a GGUF file (version 3) whose data are a hole: a file as long as the model's and with no bytes of
 * data in it, so that a model of a terabyte takes a few kilobytes where the file system has sparse files.
 */
final class ShapeFile {
    private static final int ALIGNMENT = 32;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private ShapeFile() {}

    static void write(GgufHeader header, Path file) throws IOException {
        ShapeFile out = new ShapeFile();
        long data = out.head(header);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(out.bytes.toByteArray()));
            channel.write(ByteBuffer.allocate(1), padded(out.bytes.size()) + data - 1);
        }
    }

    /** Writes what is before the data and returns how many bytes the data take. */
    private long head(GgufHeader header) {
        bytes.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        whole(3, Integer.BYTES);
        whole(header.tensors().size(), Long.BYTES);
        whole(header.metadata().size(), Long.BYTES);
        header.metadata().forEach((key, value) -> {
            text(key);
            whole(code(value), Integer.BYTES);
            value(value);
        });
        long end = 0;
        for (GgufTensor tensor : header.tensors()) {
            text(tensor.name());
            whole(tensor.shape().size(), Integer.BYTES);
            tensor.shape().forEach(dimension -> whole(dimension, Long.BYTES));
            whole(tensor.type().code(), Integer.BYTES);
            whole(tensor.offset(), Long.BYTES);
            end = padded(tensor.offset() + tensor.bytes());
        }
        return end;
    }

    private static int code(GgufValue value) {
        return switch (value) {
            case GgufValue.Whole whole -> 4;
            case GgufValue.Real real -> 6;
            case GgufValue.Truth truth -> 7;
            case GgufValue.Text text -> 8;
            case GgufValue.Array array -> 9;
        };
    }

    private void value(GgufValue value) {
        switch (value) {
            case GgufValue.Whole(long whole) -> whole(whole, Integer.BYTES);
            case GgufValue.Real(double real) -> whole(Float.floatToIntBits((float) real), Integer.BYTES);
            case GgufValue.Truth(boolean truth) -> whole(truth ? 1 : 0, 1);
            case GgufValue.Text(String text) -> text(text);
            case GgufValue.Array(List<GgufValue> values) -> {
                // Signed: llama.cpp reads the arrays with one number per layer as such.
                boolean numbers = values.getFirst() instanceof GgufValue.Whole;
                whole(numbers ? 5 : code(values.getFirst()), Integer.BYTES);
                whole(values.size(), Long.BYTES);
                values.forEach(this::value);
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

    private static long padded(long size) {
        return Math.ceilDiv(size, ALIGNMENT) * ALIGNMENT;
    }

    /** Tensors one after the other, each aligned. */
    static final class Table {
        private final List<GgufTensor> tensors = new ArrayList<>();
        private long end;

        void add(String name, GgmlType type, long... dimensions) {
            List<Long> shape = Arrays.stream(dimensions).boxed().toList();
            GgufTensor tensor = new GgufTensor(name, shape, type, end);
            tensors.add(tensor);
            end = padded(end + tensor.bytes());
        }

        List<GgufTensor> tensors() {
            return tensors;
        }
    }
}
