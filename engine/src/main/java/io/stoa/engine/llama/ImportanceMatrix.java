package io.stoa.engine.llama;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.model.StoaException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How strongly each column of each matrix is driven by a calibration text: the sums of the squared activations that it
 * is multiplied with. Quantizing spends its precision where they are large.
 *
 * <p>The formats are llama.cpp's (v0.5.0): a GGUF file of {@code general.type} "imatrix" with two F32 tensors for each
 * matrix, {@code NAME.in_sum2} (columns × experts) and {@code NAME.counts} (1 × experts); and the older {@code .dat}: a
 * 32-bit count, then for each matrix the length of its name, the name, the calls, the number of values and the values
 * (means of squares × calls), all little-endian.
 *
 * @param entries by the matrix's name
 * @param texts the calibration texts' names
 * @param windows how many windows were read
 * @param window their length in tokens; 0 where the file does not say
 */
public record ImportanceMatrix(SortedMap<String, Entry> entries, List<String> texts, int windows, int window) {
    /** The largest known, of a mixture with hundreds of experts, takes some hundred MiB. */
    private static final long MOST_BYTES = 1L << 30;

    private static final int MOST_ENTRIES = 100_000;
    private static final int LONGEST_NAME = 1_024;
    private static final String SUMS = ".in_sum2";
    private static final String COUNTS = ".counts";
    private static final int ALIGNMENT = 32;

    /**
     * What is known of one matrix.
     *
     * @param sums of the squares, column by column, expert by expert
     * @param counts the rows that were added up, one number for each expert, or one for all
     */
    // They are read once and handed to native code; nobody compares them.
    @SuppressWarnings("ArrayRecordComponent")
    public record Entry(float[] sums, float[] counts) {
        public Entry {
            if (counts.length == 0 || sums.length == 0 || sums.length % counts.length != 0) {
                throw new IllegalArgumentException(
                        "has " + sums.length + " sums for " + counts.length + " counts, which do not divide them");
            }
            for (float sum : sums) {
                if (!Float.isFinite(sum) || sum < 0) {
                    throw new IllegalArgumentException("has the impossible sum of squares " + sum);
                }
            }
            for (float count : counts) {
                if (!Float.isFinite(count) || count < 0) {
                    throw new IllegalArgumentException("has the impossible count " + count);
                }
            }
        }

        /** The mean square of each column; 1 for experts that no token went to, as llama-quantize has it. */
        public float[] means() {
            float[] means = new float[sums.length];
            int columns = sums.length / counts.length;
            for (int i = 0; i < means.length; i++) {
                float count = counts[i / columns];
                means[i] = count > 0 ? sums[i] / count : 1;
            }
            return means;
        }
    }

    public ImportanceMatrix {
        entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
        texts = List.copyOf(texts);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("an importance matrix has at least one entry");
        }
    }

    /**
     * Reads a file of either format.
     *
     * @throws StoaException of kind {@code USER} that names the file, what is wrong with it, and what to do
     */
    public static ImportanceMatrix read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > MOST_BYTES) {
                throw StoaException.user(file + ": has " + channel.size() + " bytes, more than any importance matrix");
            }
            ByteBuffer start = read(channel, 0, (int) Math.min(4, channel.size()));
            boolean gguf = start.remaining() == 4 && start.getInt() == 0x46554747;
            return gguf ? ofGguf(file, channel) : ofLegacy(read(channel, 0, Math.toIntExact(channel.size())));
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            String what = Optional.ofNullable(e.getMessage()).orElse("ends inside an entry");
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": is no sound importance matrix (" + what + "); make it again with stoa quantize imatrix",
                    e);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": cannot be read (" + e.getClass().getSimpleName() + "); check the path",
                    e);
        }
    }

    private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, at + bytes.position()) < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
        return bytes.flip();
    }

    private static ImportanceMatrix ofGguf(Path file, FileChannel channel) throws IOException {
        GgufHeader header = GgufReader.read(file);
        if (!header.string("general.type").equals(Optional.of("imatrix"))) {
            throw StoaException.user(file + ": is a GGUF file, but no importance matrix (its general.type is "
                    + header.string("general.type").orElse("missing") + "); make one with stoa quantize imatrix");
        }
        Map<String, GgufTensor> sums = new TreeMap<>();
        Map<String, GgufTensor> counts = new TreeMap<>();
        for (GgufTensor tensor : header.tensors()) {
            if (tensor.type() != GgmlType.F32) {
                throw new IllegalArgumentException(tensor.name() + " is " + tensor.type() + ", not F32");
            }
            String name = tensor.name();
            if (name.endsWith(SUMS)) {
                sums.put(name.substring(0, name.length() - SUMS.length()), tensor);
            } else if (name.endsWith(COUNTS)) {
                counts.put(name.substring(0, name.length() - COUNTS.length()), tensor);
            }
        }
        if (!sums.keySet().equals(counts.keySet())) {
            throw new IllegalArgumentException("not every matrix has both sums and counts");
        }
        SortedMap<String, Entry> entries = new TreeMap<>();
        for (Map.Entry<String, GgufTensor> sum : sums.entrySet()) {
            GgufTensor count = counts.getOrDefault(sum.getKey(), sum.getValue());
            entries.put(
                    sum.getKey(),
                    named(sum.getKey(), floats(channel, header, sum.getValue()), floats(channel, header, count)));
        }
        List<String> texts = header.array("imatrix.datasets").orElse(List.of()).stream()
                .filter(GgufValue.Text.class::isInstance)
                .map(text -> ((GgufValue.Text) text).value())
                .toList();
        return new ImportanceMatrix(
                entries, texts, (int) header.integer("imatrix.chunk_count").orElse(0), (int)
                        header.integer("imatrix.chunk_size").orElse(0));
    }

    private static Entry named(String name, float[] sums, float[] counts) {
        try {
            return new Entry(sums, counts);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " " + e.getMessage(), e);
        }
    }

    private static float[] floats(FileChannel channel, GgufHeader header, GgufTensor tensor) throws IOException {
        return floats(read(channel, header.dataOffset() + tensor.offset(), Math.toIntExact(tensor.bytes())));
    }

    private static float[] floats(ByteBuffer bytes) {
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    private static ImportanceMatrix ofLegacy(ByteBuffer in) {
        int count = within(in.getInt(), MOST_ENTRIES, "entries");
        SortedMap<String, Entry> entries = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            byte[] name = new byte[Math.min(within(in.getInt(), LONGEST_NAME, "bytes of a name"), in.remaining())];
            in.get(name);
            int calls = in.getInt();
            int values = within(in.getInt(), in.remaining() / Float.BYTES, "values");
            String key = new String(name, StandardCharsets.UTF_8);
            entries.put(
                    key,
                    named(
                            key,
                            floats(in.slice(in.position(), values * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN)),
                            new float[] {Math.max(1, calls)}));
            in.position(in.position() + values * Float.BYTES);
        }
        int windows = in.remaining() >= Integer.BYTES ? Math.max(0, in.getInt()) : 0;
        List<String> texts = new ArrayList<>();
        if (in.remaining() >= Integer.BYTES) {
            byte[] text = new byte[Math.clamp(in.getInt(), 0, in.remaining())];
            in.get(text);
            texts.add(new String(text, StandardCharsets.UTF_8));
        }
        return new ImportanceMatrix(entries, texts, windows, 0);
    }

    private static int within(int value, int most, String what) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException("claims " + value + " " + what);
        }
        return value;
    }

    /**
     * Writes llama.cpp's GGUF format. The file appears under its name only when it is complete.
     *
     * @throws StoaException of kind {@code RESOURCES} when it cannot be written
     */
    public void write(Path file) {
        Path target = file.toAbsolutePath();
        Path partial = PartialFile.of(target);
        try {
            try {
                Files.write(partial, gguf());
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    target + ": cannot be written (" + e.getMessage() + "): choose another folder",
                    e);
        }
    }

    private byte[] gguf() {
        GgufBytes out = new GgufBytes();
        out.u32(0x46554747).u32(3).u64(2L * entries.size()).u64(4);
        out.text("general.type").u32(8).text("imatrix");
        out.text("imatrix.datasets").u32(9).u32(8).u64(texts.size());
        texts.forEach(out::text);
        out.text("imatrix.chunk_count").u32(4).u32(windows);
        out.text("imatrix.chunk_size").u32(4).u32(window);
        long offset = 0;
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            int experts = entry.getValue().counts().length;
            int columns = entry.getValue().sums().length / experts;
            // Dimensions of 1 at the end are left out, as ggml does.
            out.text(entry.getKey() + SUMS).shape(columns, experts).u32(0).u64(offset);
            offset = padded(offset + (long) columns * experts * Float.BYTES);
            out.text(entry.getKey() + COUNTS).shape(1, experts).u32(0).u64(offset);
            offset = padded(offset + (long) experts * Float.BYTES);
        }
        out.pad();
        for (Entry entry : entries.values()) {
            out.floats(entry.sums()).pad();
            out.floats(entry.counts()).pad();
        }
        return out.bytes.toByteArray();
    }

    private static long padded(long size) {
        return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Bytes as GGUF wants them. */
    private static final class GgufBytes {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        GgufBytes u32(int value) {
            bytes.writeBytes(little(Integer.BYTES).putInt(value).array());
            return this;
        }

        GgufBytes u64(long value) {
            bytes.writeBytes(little(Long.BYTES).putLong(value).array());
            return this;
        }

        GgufBytes text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            u64(utf8.length);
            bytes.writeBytes(utf8);
            return this;
        }

        GgufBytes shape(int columns, int experts) {
            u32(experts == 1 ? 1 : 2).u64(columns);
            return experts == 1 ? this : u64(experts);
        }

        GgufBytes floats(float[] values) {
            byte[] all = new byte[values.length * Float.BYTES];
            ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
            bytes.writeBytes(all);
            return this;
        }

        void pad() {
            while (bytes.size() % ALIGNMENT != 0) {
                bytes.write(0);
            }
        }

        private static ByteBuffer little(int size) {
            return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
