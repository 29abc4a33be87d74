package io.stoa.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreflightTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"nano", "micro", "mini"})
    void acceptsTheShippedModels(String name) {
        Path file = Path.of("../examples/quickstart/models/" + name + ".gguf");
        GgufHeader header = Preflight.examine(file);
        assertThat(header.string("general.name")).contains("Stoa " + name);
        assertThat(Preflight.warnings(header)).isEmpty();
        List<Long> heard = new ArrayList<>();
        Preflight.weights(file, header, (done, total) -> {
            assertThat(total).isEqualTo(header.tensorBytes());
            heard.add(done);
        });
        assertThat(heard).isSorted().endsWith(header.tensorBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"falcon", "gpt-2", "llama-spm", "phi-3", "starcoder"})
    void acceptsVocabulariesAlone(String name) {
        Path file = Path.of("../../shared/data/tokenizers/ggml-vocab-" + name + ".gguf");
        Assumptions.assumeTrue(Files.exists(file), file + " is not here, so real vocabularies are not tried");
        assertThat(Preflight.vocabulary(file).array("tokenizer.ggml.tokens").orElseThrow())
                .hasSizeGreaterThan(30_000);
        assertThatThrownBy(() -> Preflight.examine(file)).isInstanceOf(StoaException.class);
    }

    @Test
    void aModelIsNotAVocabulary() throws IOException {
        Path file = write(HostileGgufs.sound());
        assertThatThrownBy(() -> Preflight.vocabulary(file)).hasMessageContaining("has 11 tensors");
        Path vocabulary = write(HostileGgufs.sound().removeTensors(""));
        assertThat(Preflight.vocabulary(vocabulary).tensors()).isEmpty();
        assertThatThrownBy(() -> Preflight.examine(vocabulary)).hasMessageContaining("has no tensors");
    }

    static Stream<Arguments> unsound() {
        return Stream.of(
                Arguments.of("block_count is 0, not a whole number from 1 to 512", number("llama.block_count", 0)),
                Arguments.of("block_count is 100000", number("llama.block_count", 100_000)),
                Arguments.of("context_length is 0", number("llama.context_length", 0)),
                Arguments.of("has no llama.context_length", HostileGgufs.sound().remove("llama.context_length")),
                Arguments.of(
                        "head_count_kv is 3 and does not divide the 4 heads",
                        number("llama.attention.head_count_kv", 3)),
                Arguments.of("rotates 8 of the 16 numbers of a head", number("llama.rope.dimension_count", 8)),
                Arguments.of(
                        "which 3 heads do not divide",
                        number("llama.attention.head_count", 3)
                                .set("llama.attention.head_count_kv", 4, GgufWriter.u32(1))),
                Arguments.of("epsilon is NaN", real("llama.attention.layer_norm_rms_epsilon", Float.NaN)),
                Arguments.of("freq_base is 0.0", real("llama.rope.freq_base", 0)),
                Arguments.of(
                        "uses 3 of 2 experts",
                        number("llama.expert_count", 2).set("llama.expert_used_count", 4, GgufWriter.u32(3))),
                Arguments.of("one of the 4 parts of a split model", number("split.count", 4)),
                Arguments.of("general.type \"adapter\"", text("general.type", "adapter")),
                Arguments.of("has no general.architecture", HostileGgufs.sound().remove("general.architecture")),
                Arguments.of("rope.scaling.type is \"odd\"", text("llama.rope.scaling.type", "odd")),
                Arguments.of(
                        "bos_token_id is 1024, but the vocabulary has the tokens 0 to 1023",
                        number("tokenizer.ggml.bos_token_id", 1024)),
                Arguments.of("has the tokenizer \"none\"", text("tokenizer.ggml.model", "none")),
                Arguments.of("has no token for the byte 0", text("tokenizer.ggml.model", "llama")),
                Arguments.of(
                        "gpt2 tokenizer without merges", HostileGgufs.sound().remove("tokenizer.ggml.merges")),
                Arguments.of(
                        "token_type is an array of 1 for 1024 tokens",
                        HostileGgufs.sound().set("tokenizer.ggml.token_type", 9, GgufWriter.i32s(List.of(1)))),
                Arguments.of(
                        "norms and biases are F32",
                        HostileGgufs.sound()
                                .tensor(1, t -> t.typed(1).holding(new byte[128]))
                                .laidOut()),
                Arguments.of(
                        "lacks the tensor blk.0.attn_q.weight",
                        HostileGgufs.sound().removeTensors("blk.0.attn_q.").laidOut()),
                Arguments.of(
                        "lacks the tensor output_norm.weight",
                        HostileGgufs.sound().removeTensors("output_norm").laidOut()),
                Arguments.of(
                        "blk.0.ffn_up.weight has the shape [192, 64], expected [64, 192]",
                        HostileGgufs.sound().tensor(9, t -> t.shaped(t.shape().reversed()))),
                Arguments.of(
                        "blk.9.x.weight belongs to none of the 1 blocks",
                        HostileGgufs.sound().tensor(9, t -> t.named("blk.9.x.weight"))));
    }

    @ParameterizedTest
    @MethodSource("unsound")
    void refusesUnsoundModels(String why, GgufWriter writer) throws IOException {
        Path file = write(writer);
        assertThatThrownBy(() -> Preflight.examine(file))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(why)
                .hasMessageContaining("; ");
    }

    static Stream<Arguments> architectures() {
        return Stream.concat(
                SoundGgufs.DENSE.stream().map(name -> Arguments.of(name, SoundGgufs.dense(name))),
                SoundGgufs.SPARSE.stream().map(name -> Arguments.of(name + " with experts", SoundGgufs.sparse(name))));
    }

    /** The table of shapes is right in both directions: the whole model passes, and no layer's tensor can go or change. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("architectures")
    void knowsTheTensorsOfAnArchitecture(String name, GgufWriter sound) throws IOException {
        Path file = write(sound);
        assertThat(Preflight.warnings(Preflight.examine(file))).isEmpty();
        for (GgufWriter.Tensor tensor : sound.tensors()) {
            List<Long> wider = new ArrayList<>(tensor.shape());
            wider.set(wider.size() - 1, wider.getLast() + 1);
            int row = tensor.data().length / (int) (long) tensor.shape().getLast();
            byte[] more = GgufWriter.join(List.of(tensor.data(), new byte[row]));
            Path changed = write(GgufWriter.of(sound.bytes())
                    .removeTensors(tensor.name())
                    .add(tensor.shaped(wider).holding(more))
                    .laidOut());
            assertThatThrownBy(() -> Preflight.examine(changed))
                    .as(tensor.name())
                    .hasMessageContaining(tensor.name());
            boolean optional = tensor.name().endsWith(".bias")
                    || tensor.name().equals("output.weight")
                    || tensor.name().endsWith("ffn_gate_exps.weight");
            Path without = write(
                    GgufWriter.of(sound.bytes()).removeTensors(tensor.name()).laidOut());
            if (!optional) {
                assertThatThrownBy(() -> Preflight.examine(without))
                        .as(tensor.name())
                        .hasMessageContaining("lacks the tensor");
            }
        }
    }

    @Test
    void acceptsSentencePieceOnlyWithAllBytes() throws IOException {
        assertThat(Preflight.warnings(Preflight.examine(write(SoundGgufs.sentencePiece()))))
                .isEmpty();
        byte[] bytes = SoundGgufs.sentencePiece().bytes();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[text.indexOf("<0xF0>") + 3] = 'G';
        Path file = Files.write(folder.resolve("gap.gguf"), bytes);
        assertThatThrownBy(() -> Preflight.examine(file))
                .hasMessageContaining("token 243 (\"<0xG0>\") is of the type byte");
    }

    @Test
    void warnsOfWhatAPersonShouldKnow() throws IOException {
        byte[] sound = HostileGgufs.sound()
                .remove("tokenizer.ggml.pre")
                .set("llama.vocab_size", 4, GgufWriter.u32(7))
                .bytes();
        Path file = Files.write(folder.resolve("warned.gguf"), GgufWriter.join(List.of(sound, new byte[1000])));
        assertThat(Preflight.warnings(Preflight.examine(file)))
                .satisfiesExactly(
                        appended -> assertThat(appended).startsWith("1000 bytes follow the last tensor"),
                        pre -> assertThat(pre).startsWith("tokenizer.ggml.pre is missing"),
                        size -> assertThat(size).isEqualTo("vocab_size is 7, but the vocabulary has 1024 tokens"));
    }

    /** For each type but IQ1_M, whose scale is spread over the block: random bits without a NaN pass; one NaN or infinity anywhere is found where it is. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "IQ1_M")
    void findsWhatIsNotFinite(GgmlType type) throws IOException {
        long seed = 7L + type.code();
        SplittableRandom random = new SplittableRandom(seed);
        int blocks = type.blockElements() == 1 ? 1001 : 37;
        byte[] data = new byte[blocks * type.blockBytes()];
        random.nextBytes(data);
        List<int[]> places = floats(type);
        for (int block = 0; block < blocks; block++) {
            for (int[] place : places) {
                clear(data, block * type.blockBytes() + place[0], place[1]);
            }
        }
        GgufTensor tensor = new GgufTensor("t", List.of((long) type.blockElements(), (long) blocks), type, 0);
        scan(tensor, data);
        if (places.isEmpty()) {
            return;
        }
        for (int i = 0; i < 20; i++) {
            int block = random.nextInt(blocks);
            int[] place = places.get(random.nextInt(places.size()));
            byte[] bad = data.clone();
            set(bad, block * type.blockBytes() + place[0], place[1]);
            assertThatThrownBy(() -> scan(tensor, bad))
                    .as("seed %d, block %d", seed, block)
                    .hasMessageContaining("tensor t (" + type + ") has NaN or infinity at element "
                            + (long) block * type.blockElements() + " of");
        }
    }

    /** Where a block's floating-point numbers are, as the byte of the (upper) exponent bits and a mask for two bytes there. */
    private static List<int[]> floats(GgmlType type) {
        return switch (type) {
            case F32 -> List.of(new int[] {2, 0x7f80});
            case F64 -> List.of(new int[] {6, 0x7ff0});
            case BF16 -> List.of(new int[] {0, 0x7f80});
            case F16, Q4_0, Q5_0, Q8_0, Q1_0, Q2_0, IQ4_NL, IQ4_XS -> List.of(new int[] {0, 0x7c00});
            case IQ1_S, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S -> List.of(new int[] {0, 0x7c00});
            case Q4_1, Q5_1, Q8_1, Q4_K, Q5_K -> List.of(new int[] {0, 0x7c00}, new int[] {2, 0x7c00});
            case Q2_K -> List.of(new int[] {80, 0x7c00}, new int[] {82, 0x7c00});
            case Q3_K -> List.of(new int[] {108, 0x7c00});
            case Q6_K -> List.of(new int[] {208, 0x7c00});
            case TQ1_0 -> List.of(new int[] {52, 0x7c00});
            case TQ2_0 -> List.of(new int[] {64, 0x7c00});
            case Q8_K -> List.of(new int[] {2, 0x7f80});
            case MXFP4 -> List.of(new int[] {0, 0x00ff});
            case IQ1_M, NVFP4, I8, I16, I32, I64 -> List.of();
        };
    }

    private static void clear(byte[] data, int at, int mask) {
        ByteBuffer buffer = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(at, (short) (buffer.getShort(at) & ~mask));
    }

    private static void set(byte[] data, int at, int mask) {
        ByteBuffer buffer = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(at, (short) (buffer.getShort(at) | mask));
    }

    @Test
    void findsTheSpreadScaleOfIq1M() throws IOException {
        byte[] data = new byte[56 * 3];
        GgufTensor tensor = new GgufTensor("t", List.of(256L, 3L), GgmlType.IQ1_M, 0);
        scan(tensor, data);
        // The half 0x7c00 (infinity) is 7 in the upper four bits of the fourth number, c in those of the third.
        data[56 + 55] = 0x70;
        scan(tensor, data);
        data[56 + 53] = (byte) 0xc0;
        assertThatThrownBy(() -> scan(tensor, data)).hasMessageContaining("at element 256 of 768");
    }

    @Test
    void scansFast() throws IOException {
        for (GgmlType type : List.of(GgmlType.F16, GgmlType.F32, GgmlType.Q4_K, GgmlType.Q8_0)) {
            long rows = (64L << 20) / (256L * type.blockBytes());
            GgufTensor tensor = new GgufTensor("t", List.of(256L * type.blockElements(), rows), type, 0);
            byte[] data = new byte[(int) tensor.bytes()];
            Path file = Files.write(folder.resolve("speed.bin"), data);
            double best = 0;
            for (int i = 0; i < 4; i++) {
                long start = System.nanoTime();
                Preflight.weights(file, header(tensor, data.length), Progress.NONE);
                best = Math.max(best, data.length * 1e3 / (System.nanoTime() - start));
            }
            System.out.printf("weights of %s: %.0f MB/s%n", type, best);
            assertThat(best).as("MB/s, a tenth of what an idle core does").isGreaterThan(100);
        }
    }

    private void scan(GgufTensor tensor, byte[] data) throws IOException {
        Path file = Files.write(folder.resolve("data.bin"), data);
        Preflight.weights(file, header(tensor, data.length), Progress.NONE);
    }

    private static GgufHeader header(GgufTensor tensor, long bytes) {
        return new GgufHeader(3, Map.of(), List.of(tensor), 32, 0, bytes);
    }

    @Test
    void noticesAFileThatShrank() throws IOException {
        Path file = write(HostileGgufs.sound());
        GgufHeader header = Preflight.examine(file);
        Files.write(file, new byte[100]);
        assertThatThrownBy(() -> Preflight.weights(file, header, Progress.NONE))
                .hasMessageStartingWith(file + ": became shorter");
        Files.delete(file);
        assertThatThrownBy(() -> Preflight.weights(file, header, Progress.NONE))
                .isInstanceOf(StoaException.class)
                .hasMessageStartingWith(file + ": cannot be read");
    }

    private static GgufWriter number(String key, long value) {
        return HostileGgufs.sound().set(key, GgufWriter.U32, GgufWriter.u32(value));
    }

    private static GgufWriter real(String key, float value) {
        return HostileGgufs.sound().set(key, GgufWriter.F32, GgufWriter.f32(value));
    }

    private static GgufWriter text(String key, String value) {
        return HostileGgufs.sound().set(key, GgufWriter.STRING, GgufWriter.text(value));
    }

    private Path write(GgufWriter writer) throws IOException {
        return Files.write(folder.resolve("model.gguf"), writer.bytes());
    }
}
