package io.stoa.performance;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Writes a GGUF with the shape of a known model, random weights and a made-up vocabulary of the real size. How long a
 * model takes depends on its shape and not on what it knows, so speed can be measured without anybody's weights.
 *
 * <p>The end token's embedding is zero, so that its logit is 0 and it is never the likeliest: greedy answers run to their
 * limit on every engine.
 */
final class SyntheticModel {
    /** A llama-architecture shape with tied embeddings. */
    enum Shape {
        /** SmolLM2-135M's. */
        SMOLLM2_135M("smollm2-135m", 49_152, 576, 30, 9, 3, 1_536, 8_192, 100_000),
        /** Llama-3.2-1B's. */
        LLAMA_3_2_1B("llama-3.2-1b", 128_256, 2_048, 16, 32, 8, 8_192, 8_192, 500_000);

        final String label;
        final int vocabulary;
        final int embedding;
        final int blocks;
        final int heads;
        final int headsKv;
        final int feedForward;
        final int context;
        final float ropeBase;

        Shape(
                String label,
                int vocabulary,
                int embedding,
                int blocks,
                int heads,
                int headsKv,
                int feedForward,
                int context,
                float ropeBase) {
            this.label = label;
            this.vocabulary = vocabulary;
            this.embedding = embedding;
            this.blocks = blocks;
            this.heads = heads;
            this.headsKv = headsKv;
            this.feedForward = feedForward;
            this.context = context;
            this.ropeBase = ropeBase;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    private static final int ALIGNMENT = 32;
    private static final int F32 = 0;
    private static final int F16 = 1;
    private static final int BEGIN = 0;
    private static final int END = 1;

    /** The template of a conversation: who speaks, then what. */
    private static final String TEMPLATE =
            "{% for message in messages %}[{{ message['role'] }}] {{ message['content'] }}\n{% endfor %}[assistant]";

    private record Tensor(String name, int type, List<Long> dimensions) {
        Tensor(String name, int type, long... dimensions) {
            this(name, type, Arrays.stream(dimensions).boxed().toList());
        }

        long elements() {
            return dimensions.stream().reduce(1L, (left, right) -> left * right);
        }

        long bytes() {
            return elements() * (type == F32 ? Float.BYTES : Short.BYTES);
        }
    }

    private final Shape shape;
    private final SplittableRandom random;

    private SyntheticModel(Shape shape, long seed) {
        this.shape = shape;
        this.random = new SplittableRandom(seed);
    }

    /** Writes the F16 file. Equal seeds give equal files. */
    static void write(Shape shape, long seed, Path file) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try (OutputStream out = Files.newOutputStream(partial)) {
            new SyntheticModel(shape, seed).write(out);
        }
        Files.move(partial, file);
    }

    private void write(OutputStream out) throws IOException {
        List<Tensor> tensors = tensors();
        byte[] header = header(tensors);
        out.write(header);
        out.write(new byte[Math.toIntExact(padded(header.length) - header.length)]);
        short[] weights = weights();
        for (Tensor tensor : tensors) {
            if (tensor.type() == F32) {
                writeOnes(out, tensor);
            } else {
                writeWeights(out, tensor, weights);
            }
            out.write(new byte[Math.toIntExact(padded(tensor.bytes()) - tensor.bytes())]);
        }
    }

    private List<Tensor> tensors() {
        int width = shape.embedding;
        long keys = (long) width / shape.heads * shape.headsKv;
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(new Tensor("token_embd.weight", F16, width, shape.vocabulary));
        tensors.add(new Tensor("output_norm.weight", F32, width));
        for (int block = 0; block < shape.blocks; block++) {
            String prefix = "blk." + block + ".";
            tensors.add(new Tensor(prefix + "attn_norm.weight", F32, width));
            tensors.add(new Tensor(prefix + "attn_q.weight", F16, width, width));
            tensors.add(new Tensor(prefix + "attn_k.weight", F16, width, keys));
            tensors.add(new Tensor(prefix + "attn_v.weight", F16, width, keys));
            tensors.add(new Tensor(prefix + "attn_output.weight", F16, width, width));
            tensors.add(new Tensor(prefix + "ffn_norm.weight", F32, width));
            tensors.add(new Tensor(prefix + "ffn_gate.weight", F16, width, shape.feedForward));
            tensors.add(new Tensor(prefix + "ffn_up.weight", F16, width, shape.feedForward));
            tensors.add(new Tensor(prefix + "ffn_down.weight", F16, shape.feedForward, width));
        }
        return tensors;
    }

    private static long padded(long length) {
        return Math.ceilDiv(length, ALIGNMENT) * (long) ALIGNMENT;
    }

    private static void writeOnes(OutputStream out, Tensor tensor) throws IOException {
        ByteBuffer ones = ByteBuffer.allocate(Math.toIntExact(tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        while (ones.hasRemaining()) {
            ones.putFloat(1);
        }
        out.write(ones.array());
    }

    /** 65,536 draws from a normal distribution of the usual width at initialization, 0.02, as half precision. */
    private short[] weights() {
        short[] weights = new short[1 << Short.SIZE];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Float.floatToFloat16((float) (0.02 * random.nextGaussian()));
        }
        return weights;
    }

    private void writeWeights(OutputStream out, Tensor tensor, short[] weights) throws IOException {
        int row = Math.toIntExact(tensor.dimensions().getFirst());
        ByteBuffer buffer = ByteBuffer.allocate(row * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long rows = tensor.elements() / row;
        for (long r = 0; r < rows; r++) {
            buffer.clear();
            boolean zero = tensor.name().equals("token_embd.weight") && r == END;
            for (int i = 0; i < row; i += Long.BYTES / Short.BYTES) {
                long bits = random.nextLong();
                for (int j = 0; j < Long.BYTES / Short.BYTES; j++) {
                    buffer.putShort(zero ? 0 : weights[(int) (bits >>> (j * Short.SIZE)) & 0xFFFF]);
                }
            }
            out.write(buffer.array());
        }
    }

    // ---- GGUF, version 3 (ggml's docs/gguf.md)

    private static final int TYPE_UINT32 = 4;
    private static final int TYPE_INT32 = 5;
    private static final int TYPE_FLOAT32 = 6;
    private static final int TYPE_BOOL = 7;
    private static final int TYPE_STRING = 8;
    private static final int TYPE_ARRAY = 9;

    private byte[] header(List<Tensor> tensors) throws IOException {
        List<String> merges = new ArrayList<>();
        List<String> tokens = vocabulary(merges);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int keys = 0;
        try (Header header = new Header(bytes)) {
            keys += header.text("general.architecture", "llama");
            keys += header.text("general.name", "synthetic " + shape.label);
            keys += header.integer("general.file_type", F16);
            keys += header.integer("llama.context_length", shape.context);
            keys += header.integer("llama.embedding_length", shape.embedding);
            keys += header.integer("llama.block_count", shape.blocks);
            keys += header.integer("llama.feed_forward_length", shape.feedForward);
            keys += header.integer("llama.attention.head_count", shape.heads);
            keys += header.integer("llama.attention.head_count_kv", shape.headsKv);
            keys += header.integer("llama.rope.dimension_count", shape.embedding / shape.heads);
            keys += header.integer("llama.vocab_size", shape.vocabulary);
            keys += header.number("llama.rope.freq_base", shape.ropeBase);
            keys += header.number("llama.attention.layer_norm_rms_epsilon", 1e-5f);
            keys += header.text("tokenizer.ggml.model", "gpt2");
            keys += header.text("tokenizer.ggml.pre", "llama-bpe");
            keys += header.texts("tokenizer.ggml.tokens", tokens);
            keys += header.tokenTypes(tokens.size());
            keys += header.texts("tokenizer.ggml.merges", merges);
            keys += header.integer("tokenizer.ggml.bos_token_id", BEGIN);
            keys += header.integer("tokenizer.ggml.eos_token_id", END);
            keys += header.truth("tokenizer.ggml.add_bos_token", false);
            keys += header.text("tokenizer.chat_template", TEMPLATE);
            long offset = 0;
            for (Tensor tensor : tensors) {
                header.tensor(tensor, offset);
                offset += padded(tensor.bytes());
            }
        }
        ByteBuffer whole = ByteBuffer.allocate(24 + bytes.size()).order(ByteOrder.LITTLE_ENDIAN);
        whole.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3);
        whole.putLong(tensors.size()).putLong(keys).put(bytes.toByteArray());
        return whole.array();
    }

    /** Byte-level BPE: the 256 bytes, then made-up words, each a merge of two that are there. */
    private List<String> vocabulary(List<String> merges) {
        List<String> tokens = new ArrayList<>(List.of("<|begin|>", "<|end|>"));
        List<String> words = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            // GPT-2's table of visible characters for bytes.
            boolean visible = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            tokens.add(String.valueOf((char) (visible ? b : 256 + invisibleBefore(b))));
            if (b >= 'a' && b <= 'z') {
                words.add(String.valueOf((char) b));
            }
        }
        words.add("\u0120");
        Set<String> known = new HashSet<>(tokens);
        while (tokens.size() < shape.vocabulary) {
            String left = words.get(random.nextInt(words.size()));
            String right = words.get(random.nextInt(words.size()));
            String merged = left + right;
            if (!right.startsWith("\u0120") && merged.length() <= 10 && known.add(merged)) {
                tokens.add(merged);
                words.add(merged);
                merges.add(left + " " + right);
            }
        }
        return tokens;
    }

    private static int invisibleBefore(int b) {
        return b <= ' ' ? b : b <= 0xA0 ? b - 0x7F + 33 : 67;
    }

    private static final class Header extends DataOutputStream {
        Header(OutputStream out) {
            super(out);
        }

        private void int32(int value) throws IOException {
            writeInt(Integer.reverseBytes(value));
        }

        private void int64(long value) throws IOException {
            writeLong(Long.reverseBytes(value));
        }

        private void string(String value) throws IOException {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            int64(utf8.length);
            write(utf8);
        }

        private void key(String name, int type) throws IOException {
            string(name);
            int32(type);
        }

        int text(String name, String value) throws IOException {
            key(name, TYPE_STRING);
            string(value);
            return 1;
        }

        int integer(String name, int value) throws IOException {
            key(name, TYPE_UINT32);
            int32(value);
            return 1;
        }

        int number(String name, float value) throws IOException {
            key(name, TYPE_FLOAT32);
            int32(Float.floatToIntBits(value));
            return 1;
        }

        int truth(String name, boolean value) throws IOException {
            key(name, TYPE_BOOL);
            writeByte(value ? 1 : 0);
            return 1;
        }

        int texts(String name, List<String> values) throws IOException {
            key(name, TYPE_ARRAY);
            int32(TYPE_STRING);
            int64(values.size());
            for (String value : values) {
                string(value);
            }
            return 1;
        }

        /** Two control tokens, then normal ones ({@code LLAMA_TOKEN_TYPE_CONTROL} = 3, {@code NORMAL} = 1). */
        int tokenTypes(int count) throws IOException {
            key("tokenizer.ggml.token_type", TYPE_ARRAY);
            int32(TYPE_INT32);
            int64(count);
            for (int i = 0; i < count; i++) {
                int32(i <= END ? 3 : 1);
            }
            return 1;
        }

        void tensor(Tensor tensor, long offset) throws IOException {
            string(tensor.name());
            int32(tensor.dimensions().size());
            for (long dimension : tensor.dimensions()) {
                int64(dimension);
            }
            int32(tensor.type());
            int64(offset);
        }
    }
}
