package io.stoa.hardware.speed;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.engine.gguf.ZeroModel;
import io.stoa.engine.gguf.ZeroModel.Content;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A Llama whose decoding is timed. What a processor needs for a multiplication does not depend on the numbers, so most weights
 * are zero. Attention does: llama.cpp begins anew whenever a cell fits the query better than all before, and a step with 64
 * tokens before it takes a tenth longer than where all are alike. So what it looks at is made of noise.
 *
 * @param type of all matrices
 * @param layers how many there are
 * @param embedding the width of the residual stream, whole blocks of the type
 * @param heads query heads; the width of each is {@code embedding / heads}
 * @param keyHeads heads of keys and values
 * @param feedForward the inner width, whole blocks of the type
 * @param vocabulary the tokens, at least 300
 */
public record CalibrationModel(
        GgmlType type, int layers, int embedding, int heads, int keyHeads, int feedForward, int vocabulary) {
    private static final int BYTES = 256;
    private static final int WIDE = 1024;

    public CalibrationModel {
        if (vocabulary < BYTES + 3 || layers < 1 || heads < 1 || keyHeads < 1 || embedding % heads != 0) {
            throw new IllegalArgumentException("not a model: " + layers + " layers of " + embedding + ", " + heads
                    + " heads, " + keyHeads + " heads of keys, " + vocabulary + " tokens");
        }
    }

    /** Writes it; the file must not exist. */
    public void write(Path file) throws IOException {
        ZeroModel.write(file, metadata(), tensors());
    }

    private Map<String, GgufValue> metadata() {
        int head = embedding / heads;
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", new GgufValue.Text("llama"));
        Map<String, Integer> numbers = new LinkedHashMap<>();
        numbers.put("vocab_size", vocabulary);
        numbers.put("context_length", 32768);
        numbers.put("embedding_length", embedding);
        numbers.put("block_count", layers);
        numbers.put("feed_forward_length", feedForward);
        numbers.put("attention.head_count", heads);
        numbers.put("attention.head_count_kv", keyHeads);
        numbers.put("rope.dimension_count", head);
        numbers.forEach((key, value) -> metadata.put("llama." + key, new GgufValue.Whole(value)));
        metadata.put("llama.attention.layer_norm_rms_epsilon", new GgufValue.Real(1e-5));
        metadata.put("tokenizer.ggml.model", new GgufValue.Text("llama"));
        metadata.put("tokenizer.ggml.tokens", new GgufValue.Array(tokens()));
        metadata.put("tokenizer.ggml.scores", new GgufValue.Array(Collections.nCopies(vocabulary, (GgufValue)
                new GgufValue.Real(0))));
        metadata.put("tokenizer.ggml.token_type", new GgufValue.Array(kinds()));
        metadata.put("tokenizer.ggml.bos_token_id", new GgufValue.Whole(1));
        metadata.put("tokenizer.ggml.eos_token_id", new GgufValue.Whole(2));
        return metadata;
    }

    /** An unknown token, the two ends, a token for each byte, and names for the rest. */
    private List<GgufValue> tokens() {
        List<GgufValue> tokens = new ArrayList<>();
        for (String special : List.of("<unk>", "<s>", "</s>")) {
            tokens.add(new GgufValue.Text(special));
        }
        for (int value = 0; value < BYTES; value++) {
            tokens.add(new GgufValue.Text(String.format(Locale.ROOT, "<0x%02X>", value)));
        }
        while (tokens.size() < vocabulary) {
            tokens.add(new GgufValue.Text("w" + tokens.size()));
        }
        return tokens;
    }

    /** {@code llama_token_type}: 2 unknown, 3 control, 6 byte, 1 normal. */
    private List<GgufValue> kinds() {
        return IntStream.range(0, vocabulary)
                .mapToObj(id -> (GgufValue) new GgufValue.Whole(id == 0 ? 2 : id < 3 ? 3 : id < BYTES + 3 ? 6 : 1))
                .toList();
    }

    private List<ZeroModel.Shape> tensors() {
        int keys = embedding / heads * keyHeads;
        List<ZeroModel.Shape> tensors = new ArrayList<>();
        tensors.add(noise("token_embd", embedding, vocabulary));
        tensors.add(norm("output_norm"));
        tensors.add(matrix("output", embedding, vocabulary));
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            tensors.add(norm(block + "attn_norm"));
            tensors.add(noise(block + "attn_q", embedding, embedding));
            tensors.add(noise(block + "attn_k", embedding, keys));
            tensors.add(noise(block + "attn_v", embedding, keys));
            tensors.add(matrix(block + "attn_output", embedding, embedding));
            tensors.add(norm(block + "ffn_norm"));
            tensors.add(matrix(block + "ffn_gate", embedding, feedForward));
            tensors.add(matrix(block + "ffn_down", feedForward, embedding));
            tensors.add(matrix(block + "ffn_up", embedding, feedForward));
        }
        return tensors;
    }

    private ZeroModel.Shape norm(String name) {
        return new ZeroModel.Shape(name + ".weight", GgmlType.F32, List.of((long) embedding), Content.NOISE);
    }

    private ZeroModel.Shape matrix(String name, long columns, long rows) {
        return new ZeroModel.Shape(name + ".weight", type, List.of(columns, rows), Content.ZEROS);
    }

    /** Of the widest models, which are large files, attention is too little of the time to write noise for it. */
    private ZeroModel.Shape noise(String name, long columns, long rows) {
        Content content = embedding < WIDE ? Content.NOISE : Content.ZEROS;
        return new ZeroModel.Shape(name + ".weight", type, List.of(columns, rows), content);
    }
}
