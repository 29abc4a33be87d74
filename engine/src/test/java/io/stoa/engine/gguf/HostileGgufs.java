package io.stoa.engine.gguf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Hostile files made from nano.gguf, cut to its first layer so that they all fit into memory. Whoever loads models
 * natively should load every one that the preflight accepts: the process must survive.
 */
public final class HostileGgufs {
    private static final Path NANO = Path.of("../examples/quickstart/models/nano.gguf");

    /**
     * A file.
     *
     * @param name what was done to it
     * @param bytes its content
     * @param mustRefuse whether the preflight, header and weights, has to refuse it; otherwise it may accept it
     */
    // Nobody compares these; a list of boxed bytes would be sixteen times as big.
    @SuppressWarnings("ArrayRecordComponent")
    public record Hostile(String name, byte[] bytes, boolean mustRefuse) {
        @Override
        public String toString() {
            return name;
        }
    }

    private final List<Hostile> all = new ArrayList<>();
    private final SplittableRandom random;

    private HostileGgufs(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The same files for the same seed. */
    public static List<Hostile> all(long seed) {
        HostileGgufs hostile = new HostileGgufs(seed);
        hostile.notGguf();
        hostile.counts();
        hostile.keys();
        hostile.values();
        hostile.hyperParameters();
        hostile.otherArchitectures();
        hostile.vocabulary();
        hostile.tensors();
        hostile.truncations();
        hostile.weights();
        hostile.randomBytes();
        return List.copyOf(hostile.all);
    }

    /** nano.gguf with its first layer only: a sound model. */
    static GgufWriter sound() {
        try {
            return GgufWriter.of(Files.readAllBytes(NANO))
                    .set("llama.block_count", GgufWriter.U32, GgufWriter.u32(1))
                    .removeTensors("blk.1.")
                    .removeTensors("blk.2.")
                    .laidOut();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void refused(String name, byte[] bytes) {
        all.add(new Hostile(name, bytes, true));
    }

    private void refused(String name, Consumer<GgufWriter> change) {
        refused(name, changed(change));
    }

    private void either(String name, Consumer<GgufWriter> change) {
        all.add(new Hostile(name, changed(change), false));
    }

    private static byte[] changed(Consumer<GgufWriter> change) {
        GgufWriter writer = sound();
        change.accept(writer);
        return writer.bytes();
    }

    private void notGguf() {
        refused("empty", new byte[0]);
        refused("one byte", new byte[] {'G'});
        refused("magic only", "GGUF".getBytes(StandardCharsets.US_ASCII));
        refused("byte-swapped magic", writer -> writer.magic(new byte[] {'F', 'U', 'G', 'G'}));
        refused("zip", bytes("504b0304140000000800", 4000));
        refused("gzip", bytes("1f8b0800", 4000));
        refused("zstd", bytes("28b52ffd", 4000));
        refused("pickle", bytes("80025d7100", 4000));
        refused("safetensors", bytes("40000000000000007b22", 4000));
        refused("ggml", bytes("6c6d6767", 4000));
        refused("hdf5", bytes("894844460d0a1a0a", 4000));
        refused("zeros", new byte[4000]);
        refused("html", "<!DOCTYPE html><html><body>Sign in</body></html>".getBytes(StandardCharsets.US_ASCII));
        refused("json", "{\"error\": \"not found\"}".getBytes(StandardCharsets.US_ASCII));
        refused("lfs pointer", "version https://git-lfs.github.com/spec/v1\noid".getBytes(StandardCharsets.US_ASCII));
        for (int version : new int[] {0, 1, 4, 0x03000000, 0x01000000, -1}) {
            refused("version " + version, writer -> writer.version(version));
        }
        either("version 2", writer -> writer.version(2));
    }

    private void counts() {
        for (long count : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 100_001, 1000, 12, 10, 1, 0}) {
            refused("tensor count " + count, writer -> writer.claimTensors(count));
        }
        for (long count : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 100_001, 1000, 29, 27, 1, 0}) {
            refused("key count " + count, writer -> writer.claimKeys(count));
        }
    }

    private void keys() {
        List<GgufWriter.Key> keys = sound().keys();
        for (GgufWriter.Key key : keys) {
            int type = new int[] {13, 14, 255, -1, Integer.MIN_VALUE}[random.nextInt(5)];
            refused(key.name() + " of type " + type, writer -> writer.set(key.name(), type, key.value()));
            either(key.name() + " missing", writer -> writer.remove(key.name()));
            refused(key.name() + " twice", writer -> writer.add(key));
        }
        GgufWriter writer = sound();
        byte[] bytes = writer.bytes();
        for (int i = 0; i < keys.size(); i++) {
            int lengthAt = writer.marks().get(4 + 3 * i);
            long length = new long[] {-1, Long.MAX_VALUE, Long.MIN_VALUE, bytes.length, 1L << 32, 0}[random.nextInt(6)];
            refused(keys.get(i).name() + " with a name of " + length + " bytes", patched(bytes, lengthAt, length));
        }
        refused("a key with an empty name", w -> w.add(new GgufWriter.Key("", GgufWriter.U32, GgufWriter.u32(1))));
        refused("a key with a line break", w -> w.add(new GgufWriter.Key("a\nb", GgufWriter.U32, GgufWriter.u32(1))));
        refused(
                "a key of 2,000 bytes",
                w -> w.add(new GgufWriter.Key("k".repeat(2000), GgufWriter.U32, GgufWriter.u32(1))));
        int nameAt = writer.marks().get(4) + 8;
        byte[] invalid = bytes.clone();
        invalid[nameAt] = (byte) 0xff;
        refused("a key that is not UTF-8", invalid);
    }

    private void values() {
        byte[] one = GgufWriter.u32(1);
        refused(
                "nested arrays",
                w -> w.set(
                        "x",
                        GgufWriter.ARRAY,
                        GgufWriter.array(GgufWriter.ARRAY, 1, GgufWriter.array(GgufWriter.U32, 1, one))));
        refused("an array of an unknown type", w -> w.set("x", GgufWriter.ARRAY, GgufWriter.array(99, 1, one)));
        refused("a boolean of 2", w -> w.set("x", GgufWriter.BOOL, new byte[] {2}));
        refused(
                "an array with a boolean of 7",
                w -> w.set("x", GgufWriter.ARRAY, GgufWriter.array(GgufWriter.BOOL, 2, new byte[] {1, 7})));
        refused("2^64 - 1", w -> w.set("x", GgufWriter.U64, GgufWriter.u64(-1)));
        refused(
                "an array with 2^64 - 1",
                w -> w.set("x", GgufWriter.ARRAY, GgufWriter.array(GgufWriter.U64, 1, GgufWriter.u64(-1))));
        either(
                "a text that is not UTF-8",
                w -> w.set(
                        "general.name", GgufWriter.STRING, GgufWriter.join(List.of(GgufWriter.u64(2), new byte[] {-1, -2
                        }))));
        for (long length : new long[] {-1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 31, 1L << 32, 1L << 40}) {
            refused("a text of " + length, w -> w.set("general.name", GgufWriter.STRING, GgufWriter.u64(length)));
            for (int type = 0; type <= 12; type++) {
                int element = type;
                if (type != GgufWriter.ARRAY) {
                    refused(
                            "an array of " + length + " of type " + type,
                            w -> w.set("x", GgufWriter.ARRAY, GgufWriter.array(element, length, one)));
                }
            }
        }
        for (long alignment : new long[] {0, 1, 3, 4, 24, 33, 1 << 21, 1L << 31, (1L << 32) - 1}) {
            refused(
                    "alignment " + alignment,
                    w -> w.set("general.alignment", GgufWriter.U32, GgufWriter.u32(alignment)));
        }
        either("alignment 64", w -> w.set("general.alignment", GgufWriter.U32, GgufWriter.u32(64)));
        refused("alignment as text", w -> w.set("general.alignment", GgufWriter.STRING, GgufWriter.text("32")));
        refused(
                "alignment as a number with a point",
                w -> w.set("general.alignment", GgufWriter.F32, GgufWriter.f32(32)));
    }

    private void hyperParameters() {
        numbers("llama.block_count", 0, 2, 3, 512, 513, 1 << 20, Integer.MAX_VALUE, -1);
        numbers("llama.context_length", 0, -1, Integer.MIN_VALUE);
        numbers("llama.embedding_length", 0, 1, 32, 63, 65, 128, Integer.MAX_VALUE, -1);
        numbers("llama.feed_forward_length", 0, 1, 191, 193, 384, Integer.MAX_VALUE, -1);
        numbers("llama.attention.head_count", 0, 1, 2, 3, 5, 8, 64, 128, Integer.MAX_VALUE, -1);
        numbers("llama.attention.head_count_kv", 0, 1, 3, 4, 5, 8, Integer.MAX_VALUE, -1);
        numbers("llama.rope.dimension_count", 0, 1, 2, 8, 15, 17, 32, Integer.MAX_VALUE, -1);
        numbers("llama.attention.key_length", 0, 8, 15, 32, -1);
        numbers("llama.attention.value_length", 0, 8, 15, 32, -1);
        numbers("llama.expert_count", 1, 2, 8, 1024, 1025, -1);
        numbers("llama.expert_used_count", 1, 2, -1);
        numbers("llama.expert_group_count", 1, 2, -1);
        numbers("llama.pooling_type", 5, 9, -1);
        numbers("llama.nextn_predict_layers", 2, 9, -1);
        numbers("llama.attention.sliding_window_pattern", 1);
        numbers("llama.rope.dimension_count_swa", 0, 1, 3, 32, -1);
        numbers("split.count", 2, 9, 65535);
        reals("llama.attention.layer_norm_rms_epsilon", Float.NaN, Float.POSITIVE_INFINITY, -1e-5f, 1, 1e30f);
        reals("llama.rope.freq_base", Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 0, -1);
        reals("llama.rope.scaling.factor", Float.NaN, Float.POSITIVE_INFINITY);
        reals("llama.attention.scale", Float.NaN);
        reals("llama.rope.freq_base_swa", -1, 0, 1e30f);
        reals("llama.rope.scaling.attn_factor", -1, 0, 1e30f);
        reals("llama.logit_scale", 0);
        refused(
                "no layer has the sliding window",
                w -> w.set("llama.attention.sliding_window_pattern", GgufWriter.ARRAY, GgufWriter.i32s(List.of(0))));
        for (String text : List.of("", "bogus", "LINEAR")) {
            refused(
                    "rope scaling \"" + text + "\"",
                    w -> w.set("llama.rope.scaling.type", GgufWriter.STRING, GgufWriter.text(text)));
        }
        refused("rope scaling as a number", w -> w.set("llama.rope.scaling.type", GgufWriter.U32, GgufWriter.u32(1)));
        refused("block_count as a real", w -> w.set("llama.block_count", GgufWriter.F32, GgufWriter.f32(1)));
        refused(
                "two head counts for one block",
                w -> w.set("llama.attention.head_count", GgufWriter.ARRAY, GgufWriter.i32s(List.of(4, 4))));
        either(
                "one head count in an array",
                w -> w.set("llama.attention.head_count", GgufWriter.ARRAY, GgufWriter.i32s(List.of(4))));
        either("twice the context", w -> w.set("llama.context_length", GgufWriter.U32, GgufWriter.u32(1024)));
        either("context of one", w -> w.set("llama.context_length", GgufWriter.U32, GgufWriter.u32(1)));
        either("another base", w -> w.set("llama.rope.freq_base", GgufWriter.F32, GgufWriter.f32(1e6f)));
        either("another vocab_size", w -> w.set("llama.vocab_size", GgufWriter.U32, GgufWriter.u32(7)));
        either(
                "signed hyper-parameters",
                w -> w.replaceKeys(key -> key.name().startsWith("llama.") && key.type() == GgufWriter.U32
                        ? new GgufWriter.Key(key.name(), GgufWriter.I32, key.value())
                        : key));
        for (String type : List.of("adapter", "mmproj", "imatrix", "")) {
            refused(
                    "general.type \"" + type + "\"",
                    w -> w.set("general.type", GgufWriter.STRING, GgufWriter.text(type)));
        }
        for (String name : List.of("", "  ", "llama\u0000", "../llama", "a".repeat(65), "qwen3", "gemma3", "xyz")) {
            refused(
                    "architecture \"" + name + "\"",
                    w -> w.set("general.architecture", GgufWriter.STRING, GgufWriter.text(name)));
        }
        for (String name : List.of("xyz", "gemma3n", "t5")) {
            either("all of architecture " + name, w -> renamed(w, name));
        }
        for (String name : List.of("qwen3", "gemma2", "phi3", "qwen3moe", "clip")) {
            refused("all of architecture " + name, w -> renamed(w, name));
        }
        either("all of architecture qwen2", w -> renamed(w, "qwen2"));
    }

    /** What ended the process or made all results infinite in tries with every architecture of the layout's table. */
    private void otherArchitectures() {
        for (String name : SoundGgufs.DENSE) {
            all.add(new Hostile("sound " + name, SoundGgufs.dense(name).bytes(), false));
        }
        for (String name : SoundGgufs.SPARSE) {
            all.add(new Hostile(
                    "sound " + name + " with experts", SoundGgufs.sparse(name).bytes(), false));
        }
        all.add(new Hostile("sound SentencePiece", SoundGgufs.sentencePiece().bytes(), false));
        for (long rotated : new long[] {0, 1, 3, 7, 32, 64, Integer.MAX_VALUE, -1}) {
            refused(
                    "gemma2 rotates " + rotated + " in windows",
                    SoundGgufs.dense("gemma2")
                            .set("gemma2.rope.dimension_count_swa", GgufWriter.U32, GgufWriter.u32(rotated))
                            .bytes());
        }
        refused(
                "gemma2 without windows",
                SoundGgufs.dense("gemma2")
                        .set("gemma2.attention.sliding_window_pattern", GgufWriter.U32, GgufWriter.u32(1))
                        .bytes());
        refused(
                "gemma2 with an empty pattern",
                SoundGgufs.dense("gemma2")
                        .set("gemma2.attention.sliding_window_pattern", GgufWriter.ARRAY, GgufWriter.i32s(List.of()))
                        .bytes());
        refused(
                "granite divides by 0",
                SoundGgufs.dense("granite")
                        .set("granite.logit_scale", GgufWriter.F32, GgufWriter.f32(0))
                        .bytes());
    }

    private static void renamed(GgufWriter writer, String architecture) {
        writer.replaceKeys(key ->
                new GgufWriter.Key(key.name().replaceFirst("^llama\\.", architecture + "."), key.type(), key.value()));
        writer.set("general.architecture", GgufWriter.STRING, GgufWriter.text(architecture));
    }

    private void numbers(String key, long... values) {
        for (long value : values) {
            refused(key + " " + value, w -> w.set(key, GgufWriter.U32, GgufWriter.u32(value)));
        }
    }

    private void reals(String key, float... values) {
        for (float value : values) {
            refused(key + " " + value, w -> w.set(key, GgufWriter.F32, GgufWriter.f32(value)));
        }
    }

    private void vocabulary() {
        for (String id : List.of("bos", "eos", "padding", "unknown", "eot", "fim_pre")) {
            for (long value : new long[] {1024, 1 << 20, Integer.MAX_VALUE, -1}) {
                refused(
                        id + " " + value,
                        w -> w.set("tokenizer.ggml." + id + "_token_id", GgufWriter.U32, GgufWriter.u32(value)));
            }
            either(
                    id + " 1023",
                    w -> w.set("tokenizer.ggml." + id + "_token_id", GgufWriter.U32, GgufWriter.u32(1023)));
            refused(
                    id + " as text",
                    w -> w.set("tokenizer.ggml." + id + "_token_id", GgufWriter.STRING, GgufWriter.text("5")));
        }
        for (String model : List.of("", "none", "no_vocab", "test", "llama", "xyz")) {
            refused(
                    "tokenizer \"" + model + "\"",
                    w -> w.set("tokenizer.ggml.model", GgufWriter.STRING, GgufWriter.text(model)));
        }
        for (String model : List.of("bert", "t5", "plamo2", "gemma4")) {
            either("tokenizer " + model, w -> w.set("tokenizer.ggml.model", GgufWriter.STRING, GgufWriter.text(model)));
        }
        for (String pre : List.of("", "xyz", "llama-bpe", "default")) {
            either(
                    "pre-tokenizer \"" + pre + "\"",
                    w -> w.set("tokenizer.ggml.pre", GgufWriter.STRING, GgufWriter.text(pre)));
        }
        List<String> tokens = soundTokens();
        tokens("token 7 twice", true, tokens, list -> list.set(9, list.get(7)));
        tokens("the last token twice", true, tokens, list -> list.set(0, list.getLast()));
        tokens("one token less", true, tokens, List::removeLast);
        tokens("one token more", true, tokens, list -> list.add("one too many"));
        tokens("no tokens", true, tokens, List::clear);
        tokens("an endless token", true, tokens, list -> list.set(5, "x".repeat(20_000)));
        tokens("an empty token", false, tokens, list -> list.set(5, ""));
        tokens("two empty tokens", false, tokens, list -> Collections.fill(list.subList(5, 7), ""));
        tokens("an empty token and its later name", true, tokens, list -> {
            list.set(5, "");
            list.set(6, "[EMPTY_5]");
        });
        tokens("a token with a zero in it, cut like another", true, tokens, list -> list.set(5, "a\u0000b"));
        tokens("two tokens that differ after a zero", true, tokens, list -> {
            list.set(5, "ab\u0000x");
            list.set(6, "ab\u0000y");
        });
        tokens("a token of a zero", false, tokens, list -> Collections.fill(list.subList(5, 6), "\u0000"));
        refused("tokens are numbers", w -> w.set("tokenizer.ggml.tokens", GgufWriter.ARRAY, GgufWriter.i32s(types(1))));
        refused("tokens are one text", w -> w.set("tokenizer.ggml.tokens", GgufWriter.STRING, GgufWriter.text("abc")));
        for (int type : new int[] {-1, 7, 6, 99}) {
            List<Integer> types = types(1);
            types.set(300, type);
            refused(
                    "token type " + type,
                    w -> w.set("tokenizer.ggml.token_type", GgufWriter.ARRAY, GgufWriter.i32s(types)));
        }
        either(
                "all tokens are control tokens",
                w -> w.set("tokenizer.ggml.token_type", GgufWriter.ARRAY, GgufWriter.i32s(types(3))));
        either(
                "all tokens are unused",
                w -> w.set("tokenizer.ggml.token_type", GgufWriter.ARRAY, GgufWriter.i32s(types(5))));
        refused(
                "all tokens are bytes",
                w -> w.set("tokenizer.ggml.token_type", GgufWriter.ARRAY, GgufWriter.i32s(types(6))));
        refused(
                "one token type less",
                w -> w.set("tokenizer.ggml.token_type", GgufWriter.ARRAY, GgufWriter.i32s(types(1).subList(1, 1024))));
        refused(
                "token types are texts",
                w -> w.set("tokenizer.ggml.token_type", GgufWriter.ARRAY, GgufWriter.texts(tokens)));
        List<Float> scores = new ArrayList<>(Collections.nCopies(1024, -1f));
        either("scores", w -> w.set("tokenizer.ggml.scores", GgufWriter.ARRAY, GgufWriter.f32s(scores)));
        refused(
                "one score less",
                w -> w.set("tokenizer.ggml.scores", GgufWriter.ARRAY, GgufWriter.f32s(scores.subList(1, 1024))));
        List<Float> withNan = new ArrayList<>(scores);
        withNan.set(77, Float.NaN);
        refused("a score of NaN", w -> w.set("tokenizer.ggml.scores", GgufWriter.ARRAY, GgufWriter.f32s(withNan)));
        refused("no merges", w -> w.remove("tokenizer.ggml.merges"));
        either(
                "an empty list of merges",
                w -> w.set("tokenizer.ggml.merges", GgufWriter.ARRAY, GgufWriter.texts(List.of())));
        refused(
                "a merge without a space",
                w -> w.set("tokenizer.ggml.merges", GgufWriter.ARRAY, GgufWriter.texts(List.of("a b", "ab"))));
        refused("an empty merge", w -> w.set("tokenizer.ggml.merges", GgufWriter.ARRAY, GgufWriter.texts(List.of(""))));
        refused(
                "merges are numbers",
                w -> w.set("tokenizer.ggml.merges", GgufWriter.ARRAY, GgufWriter.i32s(List.of(1))));
        refused(
                "a template that is a number",
                w -> w.set("tokenizer.chat_template", GgufWriter.U32, GgufWriter.u32(1)));
        either("add_bos_token", w -> w.set("tokenizer.ggml.add_bos_token", GgufWriter.BOOL, new byte[] {1}));
        refused(
                "add_eos_token without an end",
                w -> w.set("tokenizer.ggml.add_eos_token", GgufWriter.BOOL, new byte[] {1})
                        .remove("tokenizer.ggml.eos_token_id"));
    }

    private void tokens(String name, boolean mustRefuse, List<String> tokens, Consumer<List<String>> change) {
        List<String> changed = new ArrayList<>(tokens);
        change.accept(changed);
        all.add(new Hostile(
                name,
                changed(w -> w.set("tokenizer.ggml.tokens", GgufWriter.ARRAY, GgufWriter.texts(changed))),
                mustRefuse));
    }

    private static List<String> soundTokens() {
        ByteBuffer in = ByteBuffer.wrap(sound().key("tokenizer.ggml.tokens").value())
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(12);
        List<String> tokens = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] utf8 = new byte[(int) in.getLong()];
            in.get(utf8);
            tokens.add(new String(utf8, StandardCharsets.UTF_8));
        }
        return tokens;
    }

    private static List<Integer> types(int type) {
        return new ArrayList<>(Collections.nCopies(1024, type));
    }

    private void tensors() {
        List<GgufWriter.Tensor> tensors = sound().tensors();
        for (int i = 0; i < tensors.size(); i++) {
            GgufWriter.Tensor tensor = tensors.get(i);
            int index = i;
            String name = tensor.name();
            refused(name + " renamed", w -> w.tensor(index, t -> t.named("blk.0.other.weight")));
            refused(name + " missing", w -> w.removeTensors(name).laidOut());
            refused(name + " without dimensions", w -> w.tensor(index, t -> t.shaped(List.of())));
            refused(name + " of five dimensions", w -> w.tensor(index, t -> t.shaped(List.of(2L, 2L, 2L, 2L, 2L))));
            refused(
                    name + " claims 2^31 dimensions",
                    w -> w.tensor(
                            index,
                            t -> new GgufWriter.Tensor(
                                    name, Integer.MIN_VALUE, t.shape(), t.type(), t.offset(), t.data())));
            long bad = new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 41, 1L << 32}[random.nextInt(6)];
            List<Long> shape = new ArrayList<>(tensor.shape());
            shape.set(random.nextInt(shape.size()), bad);
            refused(name + " with a dimension of " + bad, w -> w.tensor(index, t -> t.shaped(shape)));
            refused(
                    name + " of a shape that overflows to 0",
                    w -> w.tensor(index, t -> t.shaped(List.of(1L << 32, 1L << 32, 64L))));
            List<Long> reversed = tensor.shape().reversed();
            if (!reversed.equals(tensor.shape())) {
                refused(name + " transposed", w -> w.tensor(index, t -> t.shaped(reversed)));
            }
            int type = new int[] {4, 5, 31, 33, 36, 38, 43, 255, -1, 9, 15, 24, 25, 27, 28}[random.nextInt(15)];
            refused(name + " of type " + type, w -> w.tensor(index, t -> t.typed(type)));
            long offset = new long[] {
                        tensor.offset() + 1, tensor.offset() + 32, -32, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40
                    }
                    [random.nextInt(6)];
            refused(name + " at offset " + offset, w -> w.tensor(index, t -> t.at(offset)));
            refused(name + " twice", w -> w.add(tensor).laidOut());
        }
        int last = tensors.size() - 1;
        either("the last tensor as Q8_0", w -> w.tensor(last, t -> t.typed(8)));
        refused("two tensors overlap", w -> w.tensor(3, t -> t.at(tensors.get(2).offset())));
        refused(
                "two tensors change places",
                w -> w.tensor(2, t -> t.at(tensors.get(3).offset()))
                        .tensor(3, t -> t.at(tensors.get(2).offset())));
        refused(
                "a tensor of a block that is not there",
                w -> w.add(extra("blk.1.attn_q.weight")).laidOut());
        refused(
                "a tensor of the block -1",
                w -> w.add(extra("blk.-1.attn_q.weight")).laidOut());
        refused(
                "a tensor of the block 2^64",
                w -> w.add(extra("blk.18446744073709551616.x.weight")).laidOut());
        refused("a tensor of no block", w -> w.add(extra("blk.")).laidOut());
        refused(
                "a norm in F16",
                w -> w.add(extra("blk.0.extra_norm.weight").typed(1)).laidOut());
        refused("a tensor name of 64 bytes", w -> w.add(extra("x".repeat(64))).laidOut());
        refused("a tensor without a name", w -> w.add(extra("")).laidOut());
        refused(
                "a tensor with a zero in its name",
                w -> w.add(extra("extra\u0000")).laidOut());
        either("a tensor too many", w -> w.add(extra("extra.weight")).laidOut());
        for (int i = 0; i < tensors.size(); i++) {
            GgufWriter.Tensor tensor = tensors.get(i);
            int index = i;
            if (tensor.type() == 0) {
                refused(
                        tensor.name() + " in F16",
                        w -> w.tensor(index, t -> t.typed(1).holding(new byte[t.data().length / 2]))
                                .laidOut());
                refused(tensor.name() + " as I32", w -> w.tensor(index, t -> t.typed(26)));
            }
        }
        either(
                "rope_freqs",
                w -> w.add(new GgufWriter.Tensor("rope_freqs.weight", 1, List.of(8L), 0, 0, ones(8)))
                        .laidOut());
        refused(
                "rope_freqs of another length",
                w -> w.add(new GgufWriter.Tensor("rope_freqs.weight", 1, List.of(4L), 0, 0, ones(4)))
                        .laidOut());
        all.add(new Hostile("appended bytes", GgufWriter.join(List.of(sound().bytes(), new byte[1000])), false));
    }

    private static GgufWriter.Tensor extra(String name) {
        return new GgufWriter.Tensor(name, 1, List.of(64L), 0, 0, ones(64));
    }

    private static byte[] ones(int count) {
        return GgufWriter.join(Collections.nCopies(count, GgufWriter.f32(1)));
    }

    private void truncations() {
        GgufWriter writer = sound();
        byte[] bytes = writer.bytes();
        List<Integer> cuts = new ArrayList<>();
        for (int mark : writer.marks()) {
            cuts.add(mark);
            cuts.add(mark + 1 + random.nextInt(3));
        }
        cuts.add(bytes.length - 1);
        for (int i = 0; i < 20; i++) {
            cuts.add(random.nextInt(bytes.length));
        }
        cuts.stream()
                .distinct()
                .sorted()
                .filter(cut -> cut < bytes.length)
                .forEach(cut -> refused("cut at " + cut, Arrays.copyOf(bytes, cut)));
    }

    private void weights() {
        List<GgufWriter.Tensor> tensors = sound().tensors();
        for (int i = 0; i < tensors.size(); i++) {
            int index = i;
            boolean single = tensors.get(i).type() == 0;
            int width = single ? 4 : 2;
            int element = random.nextInt(tensors.get(i).data().length / width);
            long bits = single
                    ? new long[] {0x7f800000L, 0xff800000L, 0x7fc00000L, 0x7f800001L}[random.nextInt(4)]
                    : new long[] {0x7c00, 0xfc00, 0x7e00, 0x7c01}[random.nextInt(4)];
            refused(
                    tensors.get(i).name() + " with " + Long.toHexString(bits) + " at " + element,
                    w -> w.tensor(index, t -> {
                        byte[] data = t.data().clone();
                        for (int b = 0; b < width; b++) {
                            data[element * width + b] = (byte) (bits >> (8 * b));
                        }
                        return t.holding(data);
                    }));
        }
        byte[] bytes = sound().bytes();
        for (int i = 0; i < 10; i++) {
            byte[] flipped = bytes.clone();
            int at = bytes.length - 1 - random.nextInt(bytes.length / 2);
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            all.add(new Hostile("a weight's bit flipped at " + at, flipped, false));
        }
        either(
                "all weights zero",
                w -> IntStream.range(0, w.tensors().size())
                        .forEach(i -> w.tensor(i, t -> t.holding(new byte[t.data().length]))));
    }

    private void randomBytes() {
        GgufWriter writer = sound();
        byte[] bytes = writer.bytes();
        int header =
                writer.marks().get(writer.marks().size() - sound().tensors().size());
        for (int i = 0; i < 60; i++) {
            byte[] changed = bytes.clone();
            int at = random.nextInt(header);
            changed[at] = (byte) random.nextInt(256);
            all.add(new Hostile(
                    "byte " + at + " is " + (changed[at] & 0xff) + ", was " + (bytes[at] & 0xff), changed, false));
        }
    }

    private static byte[] patched(byte[] bytes, int at, long value) {
        byte[] patched = bytes.clone();
        ByteBuffer.wrap(patched).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
        return patched;
    }

    private static byte[] bytes(String hex, int length) {
        return Arrays.copyOf(HexFormat.of().parseHex(hex), length);
    }
}
