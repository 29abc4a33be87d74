package io.stoa.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GgufReaderTest {
    @TempDir
    private Path folder;

    @Test
    void readsNano() {
        GgufHeader nano = GgufReader.read(Path.of("../examples/quickstart/models/nano.gguf"));
        assertThat(nano.version()).isEqualTo(3);
        assertThat(nano.architecture()).isEqualTo("llama");
        assertThat(nano.hyperParameter("block_count")).hasValue(3);
        assertThat(nano.real("llama.rope.freq_base")).hasValue(10_000);
        assertThat(nano.integer("tokenizer.ggml.add_bos_token")).hasValue(0);
        assertThat(nano.parameters()).isEqualTo(213_440);
        List<GgufValue> tokens = nano.array("tokenizer.ggml.tokens").orElseThrow();
        assertThat(tokens).hasSize(1024).contains(new GgufValue.Text("<|im_end|>"));
        assertThat(nano.array("tokenizer.ggml.token_type").orElseThrow()).contains(new GgufValue.Whole(3));
        GgufTensor embedding = nano.tensors().getFirst();
        assertThat(embedding).isEqualTo(new GgufTensor("token_embd.weight", List.of(64L, 1024L), GgmlType.F16, 0));
        assertThat(nano.dataOffset()
                        + nano.tensors().getLast().offset()
                        + nano.tensors().getLast().bytes())
                .isEqualTo(nano.fileBytes());
    }

    @Test
    void readsEachTypeOfValue() throws IOException {
        GgufWriter writer = HostileGgufs.sound()
                .set("u8", 0, new byte[] {-1})
                .set("i8", 1, new byte[] {-1})
                .set("u16", 2, new byte[] {-1, -1})
                .set("i16", 3, new byte[] {-1, -1})
                .set("u32", 4, GgufWriter.u32(-1))
                .set("i32", 5, GgufWriter.u32(-1))
                .set("u64", 10, GgufWriter.u64(Long.MAX_VALUE))
                .set("i64", 11, GgufWriter.u64(-1))
                .set("f64", 12, ByteBuffer.allocate(8).put(7, (byte) 0x40).array())
                .set("text", 8, GgufWriter.text("ä€𝄞"))
                .set("texts", 9, GgufWriter.texts(List.of("", "b", "ccc")))
                .set("none", 9, GgufWriter.texts(List.of()))
                .set("truths", 9, GgufWriter.array(7, 2, new byte[] {0, 1}));
        GgufHeader header = GgufReader.read(write(writer.bytes()));
        assertThat(Stream.of("u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64")
                        .map(key -> header.integer(key).orElseThrow()))
                .containsExactly(255L, -1L, 65_535L, -1L, 4_294_967_295L, -1L, Long.MAX_VALUE, -1L);
        assertThat(header.real("f64")).hasValue(2);
        assertThat(header.string("text")).contains("ä€𝄞");
        assertThat(header.array("texts").orElseThrow())
                .containsExactly(new GgufValue.Text(""), new GgufValue.Text("b"), new GgufValue.Text("ccc"));
        assertThat(header.array("none").orElseThrow()).isEmpty();
        assertThat(header.array("truths").orElseThrow())
                .containsExactly(new GgufValue.Truth(false), new GgufValue.Truth(true));
    }

    @Test
    void readsFilesOfMoreThanTwoGibibytes() throws IOException {
        List<Long> shape = List.of(1L << 20, 600L);
        long bytes = (1L << 20) * 600 * 4;
        GgufWriter writer = HostileGgufs.sound().removeTensors("");
        writer.add(new GgufWriter.Tensor("big", 2, shape, 0, 0, new byte[0]));
        writer.add(new GgufWriter.Tensor("after", 1, List.of(8L), 0, bytes, new byte[32]));
        byte[] header = writer.bytes();
        Path file = write(header);
        long size = header.length - 32 + bytes + 32;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), size - 1);
        }
        assertThat(GgufReader.read(file).tensors())
                .extracting(GgufTensor::offset)
                .containsExactly(0L, bytes);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size - 1);
        }
        refuses(file, "has " + (size - 1) + " of " + size + " bytes", "is the download complete?");
    }

    @Test
    void keepsBigArraysPacked() throws IOException {
        int count = 4_000_000;
        byte[] elements = new byte[9 * count];
        for (int i = 0; i < count; i++) {
            elements[9 * i] = 1;
            elements[9 * i + 8] = (byte) ('a' + i % 26);
        }
        Path file = write(HostileGgufs.sound()
                .set("x", 9, GgufWriter.array(8, count, elements))
                .bytes());
        long before = used();
        GgufHeader header = GgufReader.read(file);
        long after = used();
        List<GgufValue> values = header.array("x").orElseThrow();
        assertThat(values).hasSize(count);
        assertThat(values.getLast()).isEqualTo(new GgufValue.Text(String.valueOf((char) ('a' + (count - 1) % 26))));
        assertThat(after - before).as("bytes of memory for %d texts", count).isLessThan(16L * count);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void namesAMissingFileAFolderAndADevice() {
        refuses(folder.resolve("missing.gguf"), "there is no such file", "check the path");
        refuses(folder, "is a directory", "name the .gguf file");
        Path device = Path.of("/dev/zero");
        if (Files.exists(device)) {
            refuses(device, "is not a regular file", "name a .gguf file");
        }
    }

    static Stream<Arguments> lookalikes() {
        return Stream.of(
                Arguments.of("PK\u0003\u0004\u0014", "ZIP archive", "unpack it"),
                Arguments.of("\u001f\u008b\u0008", "compressed", "decompress it"),
                Arguments.of("BZh91AY", "compressed", "decompress it"),
                Arguments.of("(\u00b5/\u00fd", "compressed", "decompress it"),
                Arguments.of("\u0080\u0002}q", "pickle", "convert it to GGUF"),
                Arguments.of("@\0\0\0\0\0\0\0{\"__metadata__\"" + " ".repeat(80), "safetensors", "convert it to GGUF"),
                Arguments.of("  <!DOCTYPE html><html>", "web page", "download the file again"),
                Arguments.of("version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer", "git lfs pull"),
                Arguments.of("{\"error\":404}", "JSON", "download the file again"),
                Arguments.of("lmgg\u0001", "before GGUF", "get the model as GGUF"),
                Arguments.of("\u0089HDF\r\n", "HDF5", "convert it"),
                Arguments.of("\0\0\0\0\0\0\0\0", "zeros", "is the download complete?"),
                Arguments.of("FUGG\0\0\0\u0003", "byte-swapped", "little-endian"),
                Arguments.of("G", "starts with the bytes 47,", "name a GGUF file"),
                Arguments.of("ELF\u0001", "starts with the bytes 45 4c 46 01,", "name a GGUF file"),
                Arguments.of("", "is empty", "is the download complete?"),
                Arguments.of("GGUF", "ends inside the version", "is the download complete?"),
                Arguments.of("GGUF\u0001\0\0\0", "version 1", "convert the model again"),
                Arguments.of("GGUF\0\0\0\u0003", "big-endian", "little-endian"),
                Arguments.of("GGUF\u0009\0\0\0", "version 9", "convert the model again"));
    }

    @ParameterizedTest
    @MethodSource("lookalikes")
    void saysWhatAFileLooksLike(String content, String what, String next) throws IOException {
        refuses(write(content.getBytes(StandardCharsets.ISO_8859_1)), what, next);
    }

    static Stream<Arguments> malformed() {
        byte[] one = GgufWriter.u32(1);
        return Stream.of(
                Arguments.of(
                        "claims 18446744073709551615 tensors",
                        HostileGgufs.sound().claimTensors(-1)),
                Arguments.of("claims 99999 tensors", HostileGgufs.sound().claimTensors(99_999)),
                Arguments.of("claims 10001 keys", HostileGgufs.sound().claimKeys(10_001)),
                Arguments.of(
                        "key x twice",
                        HostileGgufs.sound()
                                .add(new GgufWriter.Key("x", 4, one))
                                .add(new GgufWriter.Key("x", 4, one))),
                Arguments.of(
                        "tensor output_norm.weight twice",
                        HostileGgufs.sound().tensor(0, t -> t.named("output_norm.weight"))),
                Arguments.of(
                        "key x has the unknown type 13", HostileGgufs.sound().set("x", 13, one)),
                Arguments.of(
                        "key x is an array of arrays", HostileGgufs.sound().set("x", 9, GgufWriter.array(9, 1, one))),
                Arguments.of(
                        "key x claims 4611686018427387904 values",
                        HostileGgufs.sound().set("x", 9, GgufWriter.array(4, 1L << 62, one))),
                Arguments.of(
                        "key x claims 4294967296 bytes of text",
                        HostileGgufs.sound().set("x", 8, GgufWriter.u64(1L << 32))),
                Arguments.of(
                        "key x is 18446744073709551615", HostileGgufs.sound().set("x", 10, GgufWriter.u64(-1))),
                Arguments.of(
                        "key x is neither false nor true: 2",
                        HostileGgufs.sound().set("x", 7, new byte[] {2})),
                Arguments.of(
                        "general.alignment of 0", HostileGgufs.sound().set("general.alignment", 4, GgufWriter.u32(0))),
                Arguments.of(
                        "general.alignment of 48",
                        HostileGgufs.sound().set("general.alignment", 4, GgufWriter.u32(48))),
                Arguments.of(
                        "general.alignment of \"32\"",
                        HostileGgufs.sound().set("general.alignment", 8, GgufWriter.text("32"))),
                Arguments.of(
                        "token_embd.weight has 0 dimensions",
                        HostileGgufs.sound().tensor(0, t -> t.shaped(List.of()))),
                Arguments.of(
                        "token_embd.weight has 5 dimensions",
                        HostileGgufs.sound().tensor(0, t -> t.shaped(List.of(1L, 1L, 1L, 1L, 1L)))),
                Arguments.of(
                        "token_embd.weight has the impossible shape [64, 0]",
                        HostileGgufs.sound().tensor(0, t -> t.shaped(List.of(64L, 0L)))),
                Arguments.of(
                        "the impossible shape [4294967296, 4294967296]",
                        HostileGgufs.sound().tensor(0, t -> t.shaped(List.of(1L << 32, 1L << 32)))),
                Arguments.of(
                        "token_embd.weight has type 4,", HostileGgufs.sound().tensor(0, t -> t.typed(4))),
                Arguments.of(
                        "rows of 64 elements, but Q4_K comes in blocks of 256",
                        HostileGgufs.sound().tensor(0, t -> t.typed(12))),
                Arguments.of(
                        "output_norm.weight is at offset 131071, expected 131072",
                        HostileGgufs.sound().tensor(1, t -> t.at(131_071))),
                Arguments.of(
                        "impossible offset 18446744073709551584",
                        HostileGgufs.sound().tensor(1, t -> t.at(-32))),
                Arguments.of(
                        "is 64 bytes long, not 1 to 63", HostileGgufs.sound().tensor(0, t -> t.named("x".repeat(64)))),
                Arguments.of("control characters", HostileGgufs.sound().tensor(0, t -> t.named("a\u0000b"))));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesMalformedHeaders(String why, GgufWriter writer) throws IOException {
        refuses(write(writer.bytes()), why, "; ");
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("file.gguf"), bytes);
    }

    private static void refuses(Path file, String why, String next) {
        assertThatThrownBy(() -> GgufReader.read(file))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(why)
                .hasMessageContaining(next);
    }
}
