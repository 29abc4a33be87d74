package io.stoa.engine.llama;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgmlType;

/**
 * What llama.cpp is asked for when it works out sizes without allocating them.
 *
 * @param contextTokens {@code n_ctx}: the tokens of all sequences together
 * @param batch {@code n_batch}
 * @param microBatch {@code n_ubatch}
 * @param sequences {@code n_seq_max}
 * @param unified {@code kv_unified}: one cache for all sequences
 * @param fullWindow {@code swa_full}: layers with a sliding window keep the whole context
 * @param keyType {@code type_k}
 * @param valueType {@code type_v}
 * @param flashAttention whether flash attention is on or off, never "auto"
 * @param repack whether weights may be copied into the kernels' own order ({@code use_extra_bufts})
 */
public record DryRun(
        int contextTokens,
        int batch,
        int microBatch,
        int sequences,
        boolean unified,
        boolean fullWindow,
        GgmlType keyType,
        GgmlType valueType,
        boolean flashAttention,
        boolean repack) {
    public DryRun {
        requireNonNull(keyType, "keyType");
        requireNonNull(valueType, "valueType");
        if (contextTokens < 1 || batch < 1 || microBatch < 1) {
            throw new IllegalArgumentException("context, batch and micro-batch must be positive: " + contextTokens
                    + ", " + batch + ", " + microBatch);
        }
        if (sequences < 1 || sequences > LlamaLibrary.MOST_SEQUENCES) {
            throw new IllegalArgumentException("sequences are 1 to " + LlamaLibrary.MOST_SEQUENCES + ": " + sequences);
        }
    }
}
