package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.engine.gguf.GgufValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model that exists only as a shape: enough for a GGUF header, and for a GGUF file of zeros that llama.cpp loads, so
 * that predictions can be checked on shapes that no shipped model has.
 *
 * @param tied whether the token table is the output matrix too
 * @param experts the number of experts, 0 for one dense network; two of them are used per token
 * @param window the sliding window, 0 for none
 */
public record ModelShape(
        String name,
        String architecture,
        int layers,
        int embedding,
        int heads,
        int keyHeads,
        int headLength,
        int feedForward,
        int vocabulary,
        GgmlType matrices,
        boolean tied,
        int experts,
        int window) {

    /** The shapes whose buffers are stored in {@code measured-buffers.json}. */
    public static List<ModelShape> all() {
        return List.of(
                new ModelShape("llama-wide", "llama", 6, 512, 8, 2, 64, 1408, 4000, GgmlType.F16, false, 0, 0),
                new ModelShape("llama-tied", "llama", 3, 512, 8, 8, 64, 1024, 5000, GgmlType.Q4_0, true, 0, 0),
                new ModelShape("llama-head", "llama", 4, 256, 4, 1, 128, 640, 999, GgmlType.Q8_0, false, 0, 0),
                new ModelShape("llama-1b", "llama", 16, 2048, 32, 8, 64, 8192, 128256, GgmlType.Q4_0, true, 0, 0),
                new ModelShape("llama-deep", "llama", 40, 64, 2, 2, 32, 128, 300, GgmlType.F16, false, 0, 0),
                new ModelShape("llama-one", "llama", 1, 128, 2, 1, 64, 256, 300, GgmlType.F16, false, 0, 0),
                new ModelShape("llama-experts", "llama", 3, 256, 4, 2, 64, 320, 1000, GgmlType.F16, false, 4, 0),
                new ModelShape("mistral3", "mistral3", 3, 512, 8, 2, 64, 960, 2000, GgmlType.F16, false, 0, 0),
                new ModelShape("granite", "granite", 4, 320, 5, 1, 64, 800, 3000, GgmlType.F16, true, 0, 0),
                new ModelShape("qwen2", "qwen2", 4, 384, 6, 2, 64, 1024, 3000, GgmlType.F16, true, 0, 0),
                new ModelShape("qwen3", "qwen3", 5, 256, 4, 2, 128, 768, 3000, GgmlType.F16, true, 0, 0),
                new ModelShape("qwen3moe", "qwen3moe", 3, 256, 4, 2, 128, 192, 2000, GgmlType.F16, false, 8, 0),
                new ModelShape("smollm3", "smollm3", 5, 256, 4, 2, 64, 640, 2000, GgmlType.F16, true, 0, 0),
                new ModelShape("phi3", "phi3", 3, 256, 4, 4, 64, 512, 2000, GgmlType.F16, false, 0, 0),
                new ModelShape("gemma2", "gemma2", 4, 256, 4, 2, 96, 768, 4000, GgmlType.F16, true, 0, 512),
                new ModelShape("gemma3", "gemma3", 8, 256, 4, 1, 128, 768, 4000, GgmlType.F16, true, 0, 512));
    }

    public GgufHeader header() {
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", new GgufValue.Text(architecture));
        metadata.put("tokenizer.ggml.model", new GgufValue.Text("no_vocab"));
        put(metadata, "vocab_size", vocabulary);
        put(metadata, "context_length", 8192);
        put(metadata, "embedding_length", embedding);
        put(metadata, "block_count", layers);
        put(metadata, "feed_forward_length", feedForward);
        put(metadata, "attention.head_count", heads);
        put(metadata, "attention.head_count_kv", keyHeads);
        put(metadata, "attention.key_length", headLength);
        put(metadata, "attention.value_length", headLength);
        put(metadata, "rope.dimension_count", headLength);
        metadata.put(architecture + ".attention.layer_norm_rms_epsilon", new GgufValue.Real(1e-5));
        if (experts > 0) {
            put(metadata, "expert_count", experts);
            put(metadata, "expert_used_count", 2);
            put(metadata, "expert_feed_forward_length", feedForward);
        }
        if (architecture.equals("granite")) {
            for (String scale : List.of("logit_scale", "residual_scale", "embedding_scale", "attention.scale")) {
                metadata.put(architecture + "." + scale, new GgufValue.Real(0.5));
            }
        }
        if (window > 0) {
            put(metadata, "attention.sliding_window", window);
        }
        return new GgufHeader(3, metadata, tensors(), 32, 0, 0);
    }

    private void put(Map<String, GgufValue> metadata, String key, long value) {
        metadata.put(architecture + "." + key, new GgufValue.Whole(value));
    }

    private List<GgufTensor> tensors() {
        ShapeFile.Table table = new ShapeFile.Table();
        int queries = heads * headLength;
        int keys = keyHeads * headLength;
        table.add("token_embd.weight", matrices, embedding, vocabulary);
        table.add("output_norm.weight", GgmlType.F32, embedding);
        if (!tied) {
            table.add("output.weight", matrices, embedding, vocabulary);
        }
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            table.add(block + "attn_norm.weight", GgmlType.F32, embedding);
            if (architecture.equals("phi3")) {
                table.add(block + "attn_qkv.weight", matrices, embedding, queries + 2 * keys);
            } else {
                table.add(block + "attn_q.weight", matrices, embedding, queries);
                table.add(block + "attn_k.weight", matrices, embedding, keys);
                table.add(block + "attn_v.weight", matrices, embedding, keys);
            }
            if (architecture.equals("qwen2")) {
                table.add(block + "attn_q.bias", GgmlType.F32, queries);
                table.add(block + "attn_k.bias", GgmlType.F32, keys);
                table.add(block + "attn_v.bias", GgmlType.F32, keys);
            }
            if (architecture.startsWith("qwen3") || architecture.equals("gemma3")) {
                table.add(block + "attn_q_norm.weight", GgmlType.F32, headLength);
                table.add(block + "attn_k_norm.weight", GgmlType.F32, headLength);
            }
            table.add(block + "attn_output.weight", matrices, queries, embedding);
            if (architecture.startsWith("gemma")) {
                table.add(block + "post_attention_norm.weight", GgmlType.F32, embedding);
                table.add(block + "post_ffw_norm.weight", GgmlType.F32, embedding);
            }
            table.add(block + "ffn_norm.weight", GgmlType.F32, embedding);
            if (experts > 0) {
                table.add(block + "ffn_gate_inp.weight", GgmlType.F32, embedding, experts);
                table.add(block + "ffn_gate_exps.weight", matrices, embedding, feedForward, experts);
                table.add(block + "ffn_down_exps.weight", matrices, feedForward, embedding, experts);
                table.add(block + "ffn_up_exps.weight", matrices, embedding, feedForward, experts);
            } else if (architecture.equals("phi3")) {
                table.add(block + "ffn_down.weight", matrices, feedForward, embedding);
                table.add(block + "ffn_up.weight", matrices, embedding, 2L * feedForward);
            } else {
                table.add(block + "ffn_gate.weight", matrices, embedding, feedForward);
                table.add(block + "ffn_down.weight", matrices, feedForward, embedding);
                table.add(block + "ffn_up.weight", matrices, embedding, feedForward);
            }
        }
        return table.tensors();
    }

    /** Writes the shape as a GGUF file without data. */
    public void write(Path file) throws IOException {
        ShapeFile.write(header(), file);
    }

    /** Writes every shape into a folder, for measuring: {@code java … ModelShape FOLDER}. */
    public static void main(String[] arguments) throws IOException {
        for (ModelShape shape : all()) {
            shape.write(Path.of(arguments[0], shape.name() + ".gguf"));
        }
    }
}
