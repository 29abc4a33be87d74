package io.stoa.hardware.speed;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.hardware.memory.AttentionLayer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What one pass through a decoder has to do, read from a GGUF header: which matrices are multiplied with, and how much
 * attention looks back on.
 *
 * @param embedding the width of the residual stream
 * @param attention of each layer
 * @param matrices those of the layers
 * @param output the one that makes logits
 */
record DecodeWork(long embedding, List<AttentionLayer> attention, List<Matrix> matrices, Matrix output) {
    /** The cache that is looked through grows by so many cells (llama_kv_cache, {@code n_pad}). */
    private static final int CELLS = 256;

    private static final int SPLIT = 512;

    /** The cache is in F16. */
    private static final int CACHED_BYTES = 2;

    /**
     * A matrix.
     *
     * @param rows how many results it makes for a token
     */
    record Matrix(GgmlType type, long columns, long rows) {
        /** The bytes read for a batch. */
        double bytes() {
            return (double) columns / type.blockElements() * type.blockBytes() * rows;
        }

        /** Multiplications, each with an addition, for one token. */
        double products() {
            return (double) columns * rows;
        }
    }

    DecodeWork {
        attention = List.copyOf(attention);
        matrices = List.copyOf(matrices);
    }

    /** What reading a header yields. */
    sealed interface Reading {
        record Read(DecodeWork work) implements Reading {}

        /** Nothing, and why, as a clause. */
        record Refused(String reason) implements Reading {}
    }

    /** The work of a decoder whose layers attend and feed forward, each token through all of them. */
    static Reading read(GgufHeader header) {
        return switch (AttentionLayer.read(header)) {
            case AttentionLayer.Reading.Refused(String reason) -> new Reading.Refused(reason);
            case AttentionLayer.Reading.Read(List<AttentionLayer> layers) -> read(header, layers);
        };
    }

    private static Reading read(GgufHeader header, List<AttentionLayer> layers) {
        List<Matrix> matrices = new ArrayList<>();
        Map<String, Matrix> ends = new HashMap<>();
        for (GgufTensor tensor : header.tensors()) {
            if (tensor.shape().size() > 2) {
                return new Reading.Refused("what its experts read for a prompt is not modelled");
            }
            if (tensor.shape().size() < 2) {
                continue;
            }
            Matrix matrix = new Matrix(
                    tensor.type(), tensor.shape().get(0), tensor.shape().get(1));
            if (tensor.name().startsWith("blk.")) {
                matrices.add(matrix);
            } else {
                ends.put(tensor.name(), matrix);
            }
        }
        // Where there is no matrix for the output, the table of tokens does for it.
        Optional<Matrix> last = Optional.ofNullable(ends.getOrDefault("output.weight", ends.get("token_embd.weight")));
        if (last.isEmpty()) {
            return new Reading.Refused("it has neither output.weight nor token_embd.weight");
        }
        long embedding = header.hyperParameter("embedding_length").orElse(0);
        return new Reading.Read(new DecodeWork(embedding, layers, matrices, last.get()));
    }

    int layers() {
        return attention.size();
    }

    /** The bytes of weights that a step reads, for however many sequences. */
    double bytes() {
        return matrices.stream().mapToDouble(Matrix::bytes).sum() + output.bytes();
    }

    /** The bytes of the cache that a sequence's next token reads, when so many tokens are before it. */
    double cachedBytes(int depth) {
        return attention.stream()
                .mapToDouble(layer -> (double) CACHED_BYTES * layer.cachedValues() * layer.reach(depth))
                .sum();
    }

    /** What of the cache is looked through, when so many tokens are before the next. */
    static double cells(double depth) {
        return Math.ceil((depth + 1) / CELLS) * CELLS;
    }

    /**
     * What a sequence's next token looks back on, when so many tokens are before it, as far as the busiest of the threads
     * does it. The heads are shared out; but for one sequence whose cache has grown to {@value #SPLIT} cells the cells are,
     * used or not, so that the first threads have all the work and two take as long as one (ggml-cpu/ops.cpp,
     * ggml_compute_forward_flash_attn_ext_f16, {@code use_split_kv_path}).
     */
    LookBack lookBack(int depth, int sequences, int threads, int vector) {
        return LookBack.of(attention, vector, layer -> {
            double reach = layer.reach(depth);
            double cells = cells(reach);
            return sequences == 1 && cells >= SPLIT
                    ? layer.heads() * Math.min(reach, Math.ceil(cells / threads))
                    : reach * Math.ceilDiv(layer.heads() * sequences, threads) / sequences;
        });
    }

    /** What a prompt's tokens look back on: each on those before it, within the window. */
    LookBack lookBackOfPrompt(int tokens, int vector) {
        return LookBack.of(attention, vector, layer -> {
            double reach = layer.reach(tokens);
            return layer.heads() * (reach * reach / 2 + reach * (tokens - reach));
        });
    }

    /**
     * Products of queries with keys, one for each head and token that is looked back on. llama.cpp multiplies many numbers at
     * a time (ggml_vec_dot_f16: 32 with AVX2 and NEON, 64 with AVX-512), and what a head's width leaves over one by one,
     * which takes many times as long.
     *
     * @param products how many
     * @param vectors the numbers in them that are multiplied many at a time
     * @param rests those that are not
     */
    record LookBack(double products, double vectors, double rests) {
        static LookBack of(List<AttentionLayer> layers, int vector, ToDoubleFunction<AttentionLayer> ofLayer) {
            double products = 0;
            double vectors = 0;
            double rests = 0;
            for (AttentionLayer layer : layers) {
                double own = ofLayer.applyAsDouble(layer);
                long rest = layer.headWidth() % vector;
                products += own;
                vectors += own * (layer.headWidth() - rest);
                rests += own * rest;
            }
            return new LookBack(products, vectors, rests);
        }

        void addTo(Map<String, Double> parts) {
            parts.put("attention", products);
            parts.put("attention vectors", vectors);
            parts.put("attention rests", rests);
        }
    }
}
