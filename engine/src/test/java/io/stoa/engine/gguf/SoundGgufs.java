package io.stoa.engine.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Tiny sound models of the architectures whose tensor shapes the preflight knows, made from the sizes of nano.gguf with
 * random weights. llama.cpp v0.5.0 loads and runs each of them.
 */
final class SoundGgufs {
    private static final long WIDTH = 64;
    private static final long HEAD = 16;
    private static final long KEYS = 32;
    private static final long FORWARD = 192;
    private static final long EXPERTS = 4;
    private static final long EXPERT_FORWARD = 32;

    static final List<String> DENSE = List.of(
            "llama",
            "mistral3",
            "qwen2",
            "qwen3",
            "gemma",
            "gemma2",
            "gemma3",
            "phi3",
            "granite",
            "internlm2",
            "smollm3");
    static final List<String> SPARSE = List.of("llama", "mistral3", "qwen3moe", "granite", "granitemoe");

    private SoundGgufs() {}

    /** A model of an architecture without experts. */
    static GgufWriter dense(String architecture) {
        GgufWriter writer = renamed(architecture);
        switch (architecture) {
            case "qwen2" -> {
                writer.add(norm("attn_q.bias", WIDTH))
                        .add(norm("attn_k.bias", KEYS))
                        .add(norm("attn_v.bias", KEYS));
            }
            case "qwen3" -> headNorms(writer);
            case "gemma2" -> postNorms(sliding(writer, architecture));
            case "gemma3" -> postNorms(headNorms(sliding(writer, architecture)));
            case "granite", "granitemoe" ->
                writer.set(architecture + ".logit_scale", GgufWriter.F32, GgufWriter.f32(1));
            case "phi3" ->
                writer.removeTensors("blk.0.attn_q.")
                        .removeTensors("blk.0.attn_k.")
                        .removeTensors("blk.0.attn_v.")
                        .removeTensors("blk.0.ffn_gate.")
                        .removeTensors("blk.0.ffn_up.")
                        .add(matrix("attn_qkv.weight", WIDTH, WIDTH + 2 * KEYS))
                        .add(matrix("ffn_up.weight", WIDTH, 2 * FORWARD));
            case "internlm2" -> writer.add(matrix("x", WIDTH, 1024L).named("output.weight"));
            default -> {}
        }
        return writer.laidOut();
    }

    /** A model of an architecture with experts. */
    static GgufWriter sparse(String architecture) {
        long forward = architecture.equals("qwen3moe") ? EXPERT_FORWARD : FORWARD;
        GgufWriter writer = architecture.equals("qwen3moe") ? headNorms(renamed(architecture)) : dense(architecture);
        for (String name : List.of("ffn_gate.", "ffn_up.", "ffn_down.")) {
            writer.removeTensors("blk.0." + name);
        }
        return writer.set(architecture + ".expert_count", GgufWriter.U32, GgufWriter.u32(EXPERTS))
                .set(architecture + ".expert_used_count", GgufWriter.U32, GgufWriter.u32(2))
                .set(architecture + ".expert_feed_forward_length", GgufWriter.U32, GgufWriter.u32(forward))
                .add(matrix("ffn_gate_inp.weight", WIDTH, EXPERTS).typed(0).holding(random(WIDTH * EXPERTS, 4)))
                .add(matrix("ffn_gate_exps.weight", WIDTH, forward, EXPERTS))
                .add(matrix("ffn_up_exps.weight", WIDTH, forward, EXPERTS))
                .add(matrix("ffn_down_exps.weight", forward, WIDTH, EXPERTS))
                .laidOut();
    }

    /** A llama with a SentencePiece vocabulary: three special tokens, the 256 bytes, and pieces. */
    static GgufWriter sentencePiece() {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(2, 3, 3));
        for (int b = 0; b < 256; b++) {
            tokens.add(String.format(Locale.ROOT, "<0x%02X>", b));
            types.add(6);
        }
        while (tokens.size() < 1024) {
            tokens.add("▁piece" + tokens.size());
            types.add(1);
        }
        return HostileGgufs.sound()
                .remove("tokenizer.ggml.merges")
                .remove("tokenizer.ggml.pre")
                .set("tokenizer.ggml.model", GgufWriter.STRING, GgufWriter.text("llama"))
                .set("tokenizer.ggml.tokens", GgufWriter.ARRAY, GgufWriter.texts(tokens))
                .set("tokenizer.ggml.token_type", GgufWriter.ARRAY, GgufWriter.i32s(types))
                .set("tokenizer.ggml.scores", GgufWriter.ARRAY, GgufWriter.f32s(Collections.nCopies(1024, -1f)));
    }

    private static GgufWriter renamed(String architecture) {
        return HostileGgufs.sound()
                .replaceKeys(key -> new GgufWriter.Key(
                        key.name().replaceFirst("^llama\\.", architecture + "."), key.type(), key.value()))
                .set("general.architecture", GgufWriter.STRING, GgufWriter.text(architecture));
    }

    private static GgufWriter headNorms(GgufWriter writer) {
        return writer.add(norm("attn_q_norm.weight", HEAD)).add(norm("attn_k_norm.weight", HEAD));
    }

    private static GgufWriter sliding(GgufWriter writer, String architecture) {
        return writer.set(architecture + ".attention.sliding_window", GgufWriter.U32, GgufWriter.u32(32));
    }

    private static GgufWriter postNorms(GgufWriter writer) {
        return writer.add(norm("post_attention_norm.weight", WIDTH)).add(norm("post_ffw_norm.weight", WIDTH));
    }

    private static GgufWriter.Tensor norm(String name, long size) {
        return new GgufWriter.Tensor("blk.0." + name, 1, List.of(size), 0, 0, random(size, 4));
    }

    private static GgufWriter.Tensor matrix(String name, Long... shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements *= dimension;
        }
        return new GgufWriter.Tensor("blk.0." + name, shape.length, List.of(shape), 1, 0, random(elements, 2));
    }

    /** Small numbers, in F32 or F16. */
    private static byte[] random(long count, int width) {
        SplittableRandom random = new SplittableRandom(count);
        ByteBuffer out = ByteBuffer.allocate((int) count * width).order(ByteOrder.LITTLE_ENDIAN);
        for (long i = 0; i < count; i++) {
            float value = (float) random.nextDouble(-0.1, 0.1);
            if (width == 4) {
                out.putFloat(value);
            } else {
                out.putShort(Float.floatToFloat16(value));
            }
        }
        return out.array();
    }
}
