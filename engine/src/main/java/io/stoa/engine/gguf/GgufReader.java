package io.stoa.engine.gguf;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the header of a GGUF file and trusts nothing in it. Every count and length is compared with what the file has
 * left and with a limit that no real model comes near, before anything is allocated; work and memory are bounded by
 * {@link #MOST_HEADER_BYTES} whatever the file says. A header that was read is whole: its tensors lie in the file, in
 * order, aligned, without gap or overlap. Whether it makes a model is for {@link Preflight} to say.
 *
 * <p>Versions 2 and 3 are read; they differ only in that version 3 may be big-endian (which is refused). The rules are
 * those of {@code gguf_init_from_reader} in ggml's {@code gguf.cpp} at llama.cpp v0.5.0, and stricter where a file
 * could otherwise mean two things.
 */
public final class GgufReader {
    /** Gemma's 262,144 tokens with 514,906 merges, the largest header known, take under 20 MiB. */
    private static final long MOST_HEADER_BYTES = 128L << 20;

    /** The largest models have some 2,000 tensors and some 100 keys. */
    private static final int MOST_TENSORS = 100_000;

    private static final int MOST_KEYS = 10_000;

    /** The specification allows 65,535 bytes; known keys have under 100. */
    private static final int LONGEST_KEY = 1_024;

    /** GGML_MAX_NAME is 64 with the closing zero. */
    private static final int LONGEST_TENSOR_NAME = 63;

    /** The specification asks for a multiple of 8; every known file has 32. */
    private static final int LEAST_ALIGNMENT = 8;

    private static final int MOST_ALIGNMENT = 1 << 20;

    private static final int MAGIC = 0x46554747;

    private final Refusal refusal;
    private final GgufInput in;
    private long headerBytes;

    private GgufReader(Refusal refusal, GgufInput in) {
        this.refusal = refusal;
        this.in = in;
    }

    /**
     * Reads everything before the tensors' data.
     *
     * @throws StoaException of kind {@code USER} that names the file, what is wrong with it, and what to do
     */
    public static GgufHeader read(Path path) {
        Refusal refusal = new Refusal(path);
        if (!Files.exists(path)) {
            throw refusal.because("there is no such file", "check the path");
        }
        if (Files.isDirectory(path)) {
            throw refusal.because("is a directory", "name the .gguf file in it");
        }
        if (!Files.isRegularFile(path)) {
            throw refusal.because("is not a regular file", "name a .gguf file");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new GgufReader(refusal, new GgufInput(refusal, channel, channel.size())).header();
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    path + ": cannot be read (" + e + "); check its permissions and the disk",
                    e);
        }
    }

    /**
     * How many bytes of a file come before its data, without padding.
     *
     * @throws StoaException of kind {@code USER} as {@link #read} does
     */
    public static long headerBytes(Path path) {
        Refusal refusal = new Refusal(path);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            GgufReader reader = new GgufReader(refusal, new GgufInput(refusal, channel, channel.size()));
            reader.header();
            return reader.headerBytes;
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    path + ": cannot be read (" + e + "); check its permissions and the disk",
                    e);
        }
    }

    /**
     * Reads everything before the tensors' data of a file on a web server, by ranges: some megabytes of it.
     *
     * @param token a secret that the server may want; sent to no other
     * @throws StoaException of kind {@code USER} that names the address, what is wrong, and what to do
     */
    public static GgufHeader read(URI address, Optional<String> token) {
        Refusal refusal = new Refusal(address.toString());
        try (RangeChannel channel = new RangeChannel(refusal, address, token)) {
            return new GgufReader(refusal, new GgufInput(refusal, channel, channel.size())).header();
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, address + ": cannot be read (" + e + ")", e);
        }
    }

    private GgufHeader header() throws IOException {
        checkMagic();
        int version = version();
        long tensorCount = count("tensors", 33, MOST_TENSORS);
        long keyCount = count("keys", 13, MOST_KEYS);
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        for (long i = 0; i < keyCount; i++) {
            String key = name("key " + i, LONGEST_KEY);
            if (metadata.containsKey(key)) {
                throw refusal.because("has the key " + key + " twice");
            }
            metadata.put(key, value(key));
        }
        int alignment = alignment(metadata);
        List<GgufTensor> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (long i = 0; i < tensorCount; i++) {
            GgufTensor tensor = tensor(i);
            if (!names.add(tensor.name())) {
                throw refusal.because("has the tensor " + tensor.name() + " twice");
            }
            tensors.add(tensor);
        }
        headerBytes = in.position();
        long dataOffset = padded(headerBytes, alignment);
        checkData(tensors, alignment, dataOffset);
        return new GgufHeader(version, metadata, tensors, alignment, dataOffset, in.size());
    }

    private void checkMagic() throws IOException {
        if (in.size() == 0) {
            throw refusal.because("is empty", "is the download complete?");
        }
        byte[] start = new byte[(int) Math.min(NotGguf.BYTES, in.size())];
        int magic = 0;
        for (int i = 0; i < Math.min(4, start.length); i++) {
            start[i] = (byte) in.u8("the magic");
            magic |= (start[i] & 0xff) << (8 * i);
        }
        if (magic == MAGIC) {
            return;
        }
        if (start.length > 4) {
            in.bytes(start, 4, start.length - 4, "the magic");
        }
        NotGguf seems = NotGguf.of(start, in.size());
        throw refusal.because("is not a GGUF file: " + seems.what(), seems.next());
    }

    private int version() throws IOException {
        int version = in.i32("the version");
        if (version == 2 || version == 3) {
            return version;
        }
        if (version == 1) {
            throw refusal.because("is GGUF version 1, which llama.cpp no longer reads", "convert the model again");
        }
        if (Integer.reverseBytes(version) >= 1 && Integer.reverseBytes(version) <= 3) {
            throw refusal.because("is a big-endian GGUF file", "convert it again for little-endian machines");
        }
        throw refusal.because(
                "is GGUF version " + Integer.toUnsignedString(version) + "; versions 2 and 3 are known",
                "convert the model again, or check the download");
    }

    /** @param least the bytes that each of them takes at least */
    private long count(String what, int least, int most) throws IOException {
        long count = in.i64("the number of " + what);
        if (count < 0 || count > most || count > in.remaining() / least) {
            throw refusal.because("claims " + Long.toUnsignedString(count) + " " + what + ", but has " + in.remaining()
                    + " bytes left and at most " + most + " are believed");
        }
        return count;
    }

    private int alignment(Map<String, GgufValue> metadata) {
        return switch (metadata.get("general.alignment")) {
            case null -> 32;
            case GgufValue.Whole(long a)
            when a >= LEAST_ALIGNMENT && a <= MOST_ALIGNMENT && Long.bitCount(a) == 1 -> (int) a;
            case GgufValue odd ->
                throw refusal.because("has a general.alignment of " + Refusal.shown(odd) + ", not a power of two from "
                        + LEAST_ALIGNMENT + " to " + MOST_ALIGNMENT);
        };
    }

    private GgufTensor tensor(long index) throws IOException {
        String name = name("the name of tensor " + index, LONGEST_TENSOR_NAME);
        String what = "tensor " + name;
        int dimensions = in.i32(what);
        if (dimensions < 1 || dimensions > 4) {
            throw refusal.because(what + " has " + Integer.toUnsignedString(dimensions) + " dimensions, not 1 to 4");
        }
        List<Long> shape = new ArrayList<>();
        for (int d = 0; d < dimensions; d++) {
            shape.add(in.i64(what));
        }
        int code = in.i32(what);
        GgmlType type = GgmlType.ofCode(code)
                .orElseThrow(() -> refusal.because(
                        what + " has type " + Integer.toUnsignedString(code)
                                + ", which ggml does not have or no longer reads",
                        "get the model in a current quantization"));
        try {
            return new GgufTensor(name, shape, type, in.i64(what));
        } catch (IllegalArgumentException e) {
            throw refusal.because(what + " " + e.getMessage());
        }
    }

    /** The data section is the tensors' data in the order of the table, each padded to the alignment. */
    private void checkData(List<GgufTensor> tensors, int alignment, long dataOffset) {
        long expected = 0;
        long end = 0;
        for (GgufTensor tensor : tensors) {
            if (tensor.offset() != expected) {
                throw refusal.because("tensor " + tensor.name() + " is at offset " + tensor.offset() + ", expected "
                        + expected + ": tensors follow one another without gap or overlap");
            }
            end = expected + tensor.bytes();
            expected = padded(end, alignment);
        }
        if (!tensors.isEmpty() && dataOffset + end > in.size()) {
            throw refusal.because(
                    "has " + in.size() + " of " + (dataOffset + end) + " bytes", "is the download complete?");
        }
    }

    private static long padded(long position, int alignment) {
        return (position + alignment - 1) / alignment * alignment;
    }

    private String name(String what, int longest) throws IOException {
        long length = in.i64("the length of " + what);
        if (length < 1 || length > longest) {
            throw refusal.because(what + " is " + Long.toUnsignedString(length) + " bytes long, not 1 to " + longest);
        }
        byte[] bytes = new byte[(int) length];
        in.bytes(bytes, 0, bytes.length, what);
        String name;
        try {
            name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw refusal.because(what + " is not UTF-8");
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw refusal.because(what + " has control characters in it");
        }
        return name;
    }

    private GgufValue value(String key) throws IOException {
        GgufValueType type = type(key);
        return switch (type) {
            case STRING -> new GgufValue.Text(new String(text(key), StandardCharsets.UTF_8));
            case ARRAY -> array(key);
            case U8, I8, U16, I16, U32, I32, F32, BOOL, U64, I64, F64 ->
                fixed(key, type, 1).getFirst();
        };
    }

    private GgufValueType type(String key) throws IOException {
        int code = in.i32("the type of " + key);
        return GgufValueType.ofCode(code)
                .orElseThrow(() ->
                        refusal.because("key " + key + " has the unknown type " + Integer.toUnsignedString(code)));
    }

    private byte[] text(String key) throws IOException {
        byte[] bytes = new byte[(int) textLength(key)];
        in.bytes(bytes, 0, bytes.length, key);
        return bytes;
    }

    private long textLength(String key) throws IOException {
        long length = in.i64("the length of a text of " + key);
        checkFits(key, length, 1, "bytes of text");
        return length;
    }

    private GgufValue array(String key) throws IOException {
        GgufValueType type = type(key);
        long count = in.i64("the length of " + key);
        return switch (type) {
            case STRING -> {
                checkFits(key, count, 8, "texts");
                yield new GgufValue.Array(texts(key, (int) count));
            }
            case ARRAY -> throw refusal.because("key " + key + " is an array of arrays");
            case U8, I8, U16, I16, U32, I32, F32, BOOL, U64, I64, F64 -> {
                checkFits(key, count, type.bytes(), "values");
                yield new GgufValue.Array(fixed(key, type, (int) count));
            }
        };
    }

    private List<GgufValue> fixed(String key, GgufValueType type, int count) throws IOException {
        byte[] bytes = new byte[count * type.bytes()];
        in.bytes(bytes, 0, bytes.length, key);
        if (type == GgufValueType.BOOL) {
            for (byte b : bytes) {
                if (b != 0 && b != 1) {
                    throw refusal.because("key " + key + " is neither false nor true: " + (b & 0xff));
                }
            }
        }
        if (type == GgufValueType.U64) {
            ByteBuffer longs = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            while (longs.hasRemaining()) {
                long value = longs.getLong();
                if (value < 0) {
                    throw refusal.because(
                            "key " + key + " is " + Long.toUnsignedString(value) + ", more than 64 signed bits hold");
                }
            }
        }
        return PackedValues.fixed(type, bytes);
    }

    private List<GgufValue> texts(String key, int count) throws IOException {
        int[] ends = new int[count];
        byte[] data = new byte[(int) Math.min(in.remaining(), 8L * count)];
        int end = 0;
        for (int i = 0; i < count; i++) {
            int length = (int) textLength(key);
            if (length > data.length - end) {
                data = Arrays.copyOf(data, (int) Math.max(end + length, Math.min(2L * data.length, MOST_HEADER_BYTES)));
            }
            in.bytes(data, end, length, key);
            end += length;
            ends[i] = end;
        }
        return PackedValues.texts(data, ends);
    }

    /** Whether so many things of so many bytes fit into the rest of the file and of a believable header. */
    private void checkFits(String key, long count, int bytes, String what) {
        long left = Math.min(in.remaining(), MOST_HEADER_BYTES - in.position());
        if (count < 0 || count > left / bytes) {
            throw refusal.because(
                    "key " + key + " claims " + Long.toUnsignedString(count) + " " + what + ", but has at most " + left
                            + " bytes left (of the file, and of the " + MOST_HEADER_BYTES
                            + " bytes that are believed of a header)",
                    "is the download complete?");
        }
    }
}
