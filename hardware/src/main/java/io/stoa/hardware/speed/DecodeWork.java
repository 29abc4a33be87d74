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

    /** Products of queries with keys for a prompt: each token looks back on those before it, within the window. */
    double attentionProducts(int tokens) {
        return attention.stream()
                .mapToDouble(layer -> {
                    double reach = layer.reach(tokens);
                    return layer.queryWidth() * (reach * reach / 2 + reach * (tokens - reach));
                })
                .sum();
    }
}
