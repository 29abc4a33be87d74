package io.stoa.edge.fleet;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.engine.gguf.GgufValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The figures of a dense decoder's configuration that decide its cache and its buffers, for a model of which no file is
 * at hand. Its weights are 16 bits wide here; what they take at a quantization is said apart.
 *
 * @param architecture llama.cpp's name for it, one of {@link #ARCHITECTURES}
 * @param layers blocks
 * @param width the residual stream
 * @param heads query heads
 * @param keyHeads heads of keys and values
 * @param headLength the width of one head
 * @param feedForward the inner width of the feed-forward network
 * @param vocabulary tokens
 * @param tied whether the token table is the output matrix, too
 * @param window the sliding window of the layers that have one; 0 where none have
 */
public record DecoderShape(
        String architecture,
        int layers,
        int width,
        int heads,
        int keyHeads,
        int headLength,
        int feedForward,
        int vocabulary,
        boolean tied,
        int window) {
    /** Those whose tensors are the usual ones. */
    public static final Set<String> ARCHITECTURES =
            Set.of("llama", "mistral3", "granite", "qwen2", "qwen3", "smollm3", "gemma2", "gemma3");

    private static final int ALIGNMENT = 32;

    public DecoderShape {
        if (!ARCHITECTURES.contains(architecture)) {
            throw new IllegalArgumentException("the architecture " + architecture + " cannot be told by a shape");
        }
        if (layers < 1 || width < 1 || heads < 1 || keyHeads < 1 || headLength < 1 || feedForward < 1) {
            throw new IllegalArgumentException("every figure of a shape is positive");
        }
        if (vocabulary < 1 || window < 0 || heads % keyHeads != 0) {
            throw new IllegalArgumentException(
                    "query heads are a multiple of the heads of keys: " + heads + " and " + keyHeads);
        }
    }

    /** The header that a file of this model would have. */
    public GgufHeader header() {
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", new GgufValue.Text(architecture));
        put(metadata, "block_count", layers);
        put(metadata, "embedding_length", width);
        put(metadata, "feed_forward_length", feedForward);
        put(metadata, "attention.head_count", heads);
        put(metadata, "attention.head_count_kv", keyHeads);
        put(metadata, "attention.key_length", headLength);
        put(metadata, "attention.value_length", headLength);
        put(metadata, "vocab_size", vocabulary);
        if (window > 0) {
            put(metadata, "attention.sliding_window", window);
        }
        Table table = new Table();
        table.matrix("token_embd", width, vocabulary);
        table.vector("output_norm", width);
        if (!tied) {
            table.matrix("output", width, vocabulary);
        }
        for (int layer = 0; layer < layers; layer++) {
            block(table, "blk." + layer + ".");
        }
        return new GgufHeader(3, metadata, table.tensors, ALIGNMENT, 0, table.end);
    }

    private void put(Map<String, GgufValue> metadata, String key, long value) {
        metadata.put(architecture + "." + key, new GgufValue.Whole(value));
    }

    private void block(Table table, String block) {
        long queries = (long) heads * headLength;
        long keys = (long) keyHeads * headLength;
        table.vector(block + "attn_norm", width);
        table.matrix(block + "attn_q", width, queries);
        table.matrix(block + "attn_k", width, keys);
        table.matrix(block + "attn_v", width, keys);
        table.matrix(block + "attn_output", queries, width);
        if (architecture.equals("qwen3") || architecture.equals("gemma3")) {
            table.vector(block + "attn_q_norm", headLength);
            table.vector(block + "attn_k_norm", headLength);
        }
        if (architecture.startsWith("gemma")) {
            table.vector(block + "post_attention_norm", width);
            table.vector(block + "post_ffw_norm", width);
        }
        table.vector(block + "ffn_norm", width);
        table.matrix(block + "ffn_gate", width, feedForward);
        table.matrix(block + "ffn_up", width, feedForward);
        table.matrix(block + "ffn_down", feedForward, width);
    }

    /** Tensors one after the other, each aligned. */
    private static final class Table {
        private final List<GgufTensor> tensors = new ArrayList<>();
        private long end;

        void matrix(String name, long columns, long rows) {
            add(new GgufTensor(name + ".weight", List.of(columns, rows), GgmlType.F16, end));
        }

        void vector(String name, long length) {
            add(new GgufTensor(name + ".weight", List.of(length), GgmlType.F32, end));
        }

        private void add(GgufTensor tensor) {
            tensors.add(tensor);
            end += Math.ceilDiv(tensor.bytes(), ALIGNMENT) * ALIGNMENT;
        }
    }
}
