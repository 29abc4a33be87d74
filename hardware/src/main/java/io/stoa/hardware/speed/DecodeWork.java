package io.stoa.hardware.speed;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one pass through a decoder has to do, read from a GGUF header: which matrices are multiplied with, and how much
 * attention looks back on.
 *
 * @param layers how many there are
 * @param embedding the width of the residual stream
 * @param attentionWidth query heads times the width of one
 * @param cacheBytes the bytes that a token leaves in the cache of keys and values, in F16, all layers together
 * @param matrices those of the layers
 * @param output the one that makes logits
 */
record DecodeWork(
        int layers, long embedding, long attentionWidth, long cacheBytes, List<Matrix> matrices, Matrix output) {
    /**
     * A matrix.
     *
     * @param rows how many results it makes for a token
     * @param experts how many such matrices there are, 1 where there is no choice
     * @param used how many of them a token goes through
     */
    record Matrix(GgmlType type, long columns, long rows, long experts, long used) {
        /** The bytes read for a batch: of experts as many as differ, when each token chooses evenly and on its own. */
        double bytes(int tokens) {
            double read = experts == used ? experts : experts * (1 - Math.pow(1 - (double) used / experts, tokens));
            return read * columns / type.blockElements() * type.blockBytes() * rows;
        }

        /** Multiplications, each with an addition, for one token. */
        double products() {
            return (double) used * columns * rows;
        }
    }

    DecodeWork {
        matrices = List.copyOf(matrices);
    }

    /** The work of a decoder; empty where the header does not tell it, as with recurrent layers or latent attention. */
    static Optional<DecodeWork> of(GgufHeader header) {
        OptionalLong layers = header.hyperParameter("block_count");
        OptionalLong embedding = header.hyperParameter("embedding_length");
        OptionalLong heads = header.hyperParameter("attention.head_count");
        boolean foreign = header.hyperParameter("ssm.state_size").isPresent()
                || header.hyperParameter("attention.kv_lora_rank").isPresent()
                || header.hyperParameter("wkv.head_size").isPresent();
        if (foreign || layers.isEmpty() || embedding.isEmpty() || heads.isEmpty() || heads.getAsLong() < 1) {
            return Optional.empty();
        }
        long keyHeads = header.hyperParameter("attention.head_count_kv").orElse(heads.getAsLong());
        long head = embedding.getAsLong() / heads.getAsLong();
        long keyLength = header.hyperParameter("attention.key_length").orElse(head);
        long valueLength = header.hyperParameter("attention.value_length").orElse(head);
        List<Matrix> matrices = new ArrayList<>();
        Map<String, Matrix> ends = new HashMap<>();
        long used = header.hyperParameter("expert_used_count").orElse(0);
        for (GgufTensor tensor : header.tensors()) {
            if (tensor.shape().size() < 2) {
                continue;
            }
            long experts = tensor.shape().size() > 2 ? tensor.shape().get(2) : 1;
            Matrix matrix = new Matrix(
                    tensor.type(),
                    tensor.shape().get(0),
                    tensor.shape().get(1),
                    experts,
                    experts > 1 ? Math.clamp(used, 1, experts) : 1);
            if (tensor.name().startsWith("blk.")) {
                matrices.add(matrix);
            } else {
                ends.put(tensor.name(), matrix);
            }
        }
        // Where there is no matrix for the output, the table of tokens does for it.
        return Optional.ofNullable(ends.getOrDefault("output.weight", ends.get("token_embd.weight")))
                .map(last -> new DecodeWork(
                        Math.toIntExact(layers.getAsLong()),
                        embedding.getAsLong(),
                        heads.getAsLong() * keyLength,
                        layers.getAsLong() * keyHeads * (keyLength + valueLength) * 2,
                        matrices,
                        last));
    }

    /** The bytes of weights that a step reads for so many sequences. */
    double bytes(int sequences) {
        return matrices.stream().mapToDouble(matrix -> matrix.bytes(sequences)).sum() + output.bytes(1);
    }
}
