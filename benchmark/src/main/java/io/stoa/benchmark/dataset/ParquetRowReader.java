package io.stoa.benchmark.dataset;

import dev.hardwood.HardwoodContext;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.CompressionCodec;
import dev.hardwood.metadata.FileMetaData;
import dev.hardwood.metadata.LogicalType;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqMap;
import dev.hardwood.row.StructAccessor;
import dev.hardwood.schema.SchemaNode;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads {@link Format.Parquet}: structures become objects, lists become lists, maps become lists of pairs (as the {@code
 * datasets} library has them), dates and times become ISO 8601 texts.
 */
final class ParquetRowReader implements io.stoa.benchmark.dataset.RowReader {
    private static final Set<CompressionCodec> CODECS = EnumSet.of(
            CompressionCodec.UNCOMPRESSED, CompressionCodec.SNAPPY, CompressionCodec.GZIP, CompressionCodec.ZSTD);

    private static final String PIECE = Integer.toString(8 << 20);

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    static {
        // Otherwise strangers' bytes go to whatever libdeflate the machine has; Java's own inflater is the same
        // everywhere.
        System.setProperty("hardwood.uselibdeflate", "false");
        // What is read of a column at once is memory outside the heap, of which there is no more than heap.
        System.setProperty("hardwood.internal.sequentialChunkSize", PIECE);
        System.setProperty("hardwood.internal.maxCoalescedBytes", PIECE);
    }

    @Override
    public void read(List<Path> files, RowSink sink) throws IOException {
        try (HardwoodContext context = HardwoodContext.create(1)) {
            for (Path file : files) {
                read(file, context, sink);
            }
        }
    }

    private static void read(Path file, HardwoodContext context, RowSink sink) throws IOException {
        if (Files.size(file) == 0) {
            throw RowSink.unreadable(file, "is empty", "is the download complete?");
        }
        long number = 0;
        try (ParquetFileReader parquet = ParquetFileReader.open(new BoundedInputFile(file), context)) {
            check(file, parquet.getFileMetaData(), sink.limits());
            SchemaNode schema = parquet.getFileSchema().getRootNode();
            try (RowReader rows = parquet.rowReader()) {
                while (rows.hasNext()) {
                    rows.next();
                    number++;
                    sink.row(
                            Place.row(file, number),
                            object(rows, schema, sink.limits().depth()));
                }
            }
        } catch (StoaException e) {
            throw e;
        } catch (LinkageError e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    file + ": what unpacks it cannot be loaded (" + e + "); set java.io.tmpdir to a folder that"
                            + " programs may be started from",
                    e);
        } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
            // What the library throws for a damaged file is of no one kind, and sizes in one may be anything.
            throw RowSink.unreadable(
                    number == 0 ? file : Place.row(file, number),
                    "cannot be read as Parquet (" + Objects.requireNonNullElse(e.getMessage(), e.toString()) + ")",
                    "is the download complete?");
        }
    }

    private static void check(Path file, FileMetaData metadata, Limits limits) throws IOException {
        if (metadata.numRows() > limits.rows()) {
            throw RowSink.unreadable(
                    file,
                    "states " + metadata.numRows() + " rows, more than " + limits.rows(),
                    "split it into smaller files");
        }
        long unpacked = 0;
        for (RowGroup group : metadata.rowGroups()) {
            for (ColumnChunk column : group.columns()) {
                if (!CODECS.contains(column.metaData().codec())) {
                    throw RowSink.unreadable(
                            file,
                            "is compressed by " + column.metaData().codec(),
                            "write it anew with one of " + CODECS);
                }
                unpacked = Math.addExact(unpacked, Math.max(0, column.metaData().totalUncompressedSize()));
            }
        }
        if (unpacked > limits.fileBytes()) {
            throw RowSink.unreadable(
                    file,
                    "states " + unpacked + " bytes after decompression, more than " + limits.fileBytes(),
                    "split it into smaller files");
        }
        if (unpacked > Limits.FREE_BYTES && unpacked / limits.ratio() > Files.size(file)) {
            throw RowSink.unreadable(
                    file,
                    "grows more than " + limits.ratio() + " times by decompression, as made-up files do",
                    "write it anew without compression if you trust it");
        }
    }

    private static ObjectNode object(StructAccessor struct, SchemaNode schema, int depth) {
        List<SchemaNode> children = schema instanceof SchemaNode.GroupNode group ? group.children() : List.of();
        if (children.size() != struct.getFieldCount()) {
            throw new IllegalArgumentException("the fields of \"" + schema.name() + "\" are not those of its schema");
        }
        ObjectNode object = NODES.objectNode();
        for (int i = 0; i < struct.getFieldCount(); i++) {
            object.set(struct.getFieldName(i), value(struct.getValue(i), children.get(i), depth - 1));
        }
        return object;
    }

    private static JsonNode value(@Nullable Object value, SchemaNode schema, int depth) {
        if (depth < 0) {
            throw new IllegalArgumentException("\"" + schema.name() + "\" is nested too deeply");
        }
        return switch (value) {
            case null -> NODES.nullNode();
            case String text -> NODES.stringNode(text);
            case Byte number -> NODES.numberNode(number);
            case Short number -> NODES.numberNode(number);
            case Integer number
            when number < 0 && isUnsigned(schema) -> NODES.numberNode(Integer.toUnsignedLong(number));
            case Integer number -> NODES.numberNode(number);
            case Long number
            when number < 0 && isUnsigned(schema) -> NODES.numberNode(new BigInteger(Long.toUnsignedString(number)));
            case Long number -> NODES.numberNode(number);
            case Double number -> NODES.numberNode(number);
            // Python has doubles only, so others print 0.1f as 0.10000000149011612.
            case Float number -> NODES.numberNode(number.doubleValue());
            case Boolean truth -> NODES.booleanNode(truth);
            case BigDecimal number -> NODES.numberNode(number);
            case byte[] bytes -> NODES.binaryNode(bytes);
            case StructAccessor struct -> object(struct, schema, depth);
            case PqList list -> list(list, schema, depth);
            case PqMap map -> map(map, schema, depth);
            default -> NODES.stringNode(value.toString());
        };
    }

    private static boolean isUnsigned(SchemaNode schema) {
        return schema instanceof SchemaNode.PrimitiveNode primitive
                && primitive.logicalType() instanceof LogicalType.IntType type
                && !type.isSigned();
    }

    private static ArrayNode list(PqList list, SchemaNode schema, int depth) {
        SchemaNode element = group(schema).getListElement();
        ArrayNode array = NODES.arrayNode(list.size());
        for (int i = 0; i < list.size(); i++) {
            array.add(value(list.get(i), element == null ? schema : element, depth - 1));
        }
        return array;
    }

    private static ArrayNode map(PqMap map, SchemaNode schema, int depth) {
        SchemaNode.GroupNode group = group(schema);
        ArrayNode pairs = NODES.arrayNode(map.size());
        for (PqMap.Entry entry : map.getEntries()) {
            pairs.addArray()
                    .add(value(entry.getKey(), group.getMapKey(), depth - 1))
                    .add(value(entry.getValue(), group.getMapValue(), depth - 1));
        }
        return pairs;
    }

    private static SchemaNode.GroupNode group(SchemaNode schema) {
        if (schema instanceof SchemaNode.GroupNode group) {
            return group;
        }
        throw new IllegalArgumentException("\"" + schema.name() + "\" holds several values, which its schema denies");
    }
}
