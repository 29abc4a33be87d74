package io.stoa.engine.safetensors;

import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The tensors of one safetensors file.
 *
 * @param tensors in the order of their data
 * @param metadata the texts of {@code __metadata__}
 * @param dataOffset where the data start, in bytes from the start of the file
 */
public record SafetensorsHeader(List<Tensor> tensors, Map<String, String> metadata, long dataOffset) {
    /** The format's own limit; real headers have some hundred kilobytes. */
    private static final long MOST_HEADER_BYTES = 100_000_000;

    private static final int MOST_DIMENSIONS = 8;
    private static final long MOST_ELEMENTS = 1L << 42;

    public SafetensorsHeader {
        tensors = List.copyOf(tensors);
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    }

    /**
     * One tensor.
     *
     * @param shape its dimensions
     * @param begin where its data begin, in bytes after the header
     * @param end where they end
     */
    public record Tensor(String name, DataType type, List<Long> shape, long begin, long end) {
        public Tensor {
            shape = List.copyOf(shape);
        }

        /** The number of elements. */
        public long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }
    }

    /** The bytes of all tensors. */
    public Bytes bytes() {
        return new Bytes(tensors.stream()
                .mapToLong(tensor -> tensor.end() - tensor.begin())
                .sum());
    }

    /**
     * Reads the header of a file.
     *
     * @throws StoaException of kind {@code USER} that names the file, what is wrong with it, and what to do
     */
    public static SafetensorsHeader read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < 10) {
                throw refused(file, "has " + size + " bytes, too few for a header");
            }
            long length = whole(file, channel, 0, Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            if (length < 2 || length > MOST_HEADER_BYTES || length > size - Long.BYTES) {
                throw refused(
                        file,
                        "claims a header of " + Long.toUnsignedString(length) + " bytes; the file has " + size
                                + ", and at most " + MOST_HEADER_BYTES + " are believed");
            }
            byte[] text = whole(file, channel, Long.BYTES, (int) length).array();
            if (text[0] != '{') {
                throw refused(file, "has a header that is not a JSON object");
            }
            JsonNode header = BoundedJson.parse(text);
            return new SafetensorsHeader(
                    tensors(file, header, size - Long.BYTES - length),
                    metadata(file, header.path("__metadata__")),
                    Long.BYTES + length);
        } catch (JacksonException e) {
            throw refused(file, "has a header that is not sound JSON (" + e.getOriginalMessage() + ")");
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": cannot be read (" + e + "); check "
                            + (Files.exists(file) ? "its permissions" : "the path"),
                    e);
        }
    }

    private static ByteBuffer whole(Path file, FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw refused(file, "became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    private static Map<String, String> metadata(Path file, JsonNode node) {
        Map<String, String> metadata = new TreeMap<>();
        if (!node.isMissingNode() && !node.isObject()) {
            throw refused(file, "has a __metadata__ that is not an object");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getValue().isString()) {
                throw refused(file, "has a __metadata__ whose entry " + entry.getKey() + " is not a text");
            }
            metadata.put(entry.getKey(), entry.getValue().stringValue());
        }
        return metadata;
    }

    private static List<Tensor> tensors(Path file, JsonNode header, long dataBytes) {
        List<Tensor> tensors = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                tensors.add(tensor(file, entry.getKey(), entry.getValue()));
            }
        }
        tensors.sort(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end));
        long expected = 0;
        for (Tensor tensor : tensors) {
            if (tensor.begin() != expected) {
                throw refused(
                        file,
                        "has tensor " + tensor.name() + " at " + tensor.begin() + ", expected " + expected
                                + ": tensors follow one another without gap or overlap");
            }
            expected = tensor.end();
        }
        if (expected != dataBytes) {
            throw refused(file, "has " + dataBytes + " bytes of data, and its header says " + expected);
        }
        return tensors;
    }

    private static Tensor tensor(Path file, String name, JsonNode node) {
        JsonNode offsets = node.path("data_offsets");
        JsonNode dimensions = node.path("shape");
        DataType type = DataType.of(node.path("dtype").asString(""))
                .orElseThrow(() -> refused(
                        file,
                        "has tensor " + name + " of the unknown type "
                                + node.path("dtype").asString("(none)")));
        if (offsets.size() != 2
                || !offsets.path(0).isIntegralNumber()
                || !offsets.path(1).isIntegralNumber()) {
            throw refused(file, "has tensor " + name + " without data_offsets");
        }
        List<Long> shape = new ArrayList<>();
        long elements = 1;
        for (JsonNode dimension : dimensions) {
            long size = dimension.isIntegralNumber() && dimension.canConvertToLong() ? dimension.longValue() : -1;
            if (size < 0 || shape.size() == MOST_DIMENSIONS || (size > 0 && elements > MOST_ELEMENTS / size)) {
                throw refused(file, "has tensor " + name + " of an impossible shape");
            }
            elements *= size;
            shape.add(size);
        }
        long begin = offsets.path(0).canConvertToLong() ? offsets.path(0).longValue() : -1;
        long end = offsets.path(1).canConvertToLong() ? offsets.path(1).longValue() : -1;
        if (begin < 0 || end < begin || end - begin != Math.ceilDiv(elements * type.bits(), 8)) {
            throw refused(
                    file,
                    "has tensor " + name + " of " + elements + " elements of " + type + " from byte " + begin + " to "
                            + end + ", which does not fit");
        }
        return new Tensor(name, type, shape, begin, end);
    }

    private static StoaException refused(Path file, String wrong) {
        return StoaException.user(file + ": " + wrong + "; is the download complete?");
    }
}
