package io.stoa.hardware.memory;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.llama.DryRun;

/**
 * What llama.cpp is asked for when a model is opened: everything besides the file that decides its buffers.
 *
 * @param contextTokens llama.cpp's {@code n_ctx}: the tokens of all sequences together
 * @param sequences {@code n_seq_max}, at least 1
 * @param batch {@code n_batch}: the most tokens of one decode call
 * @param microBatch {@code n_ubatch}: the most tokens that are computed at once
 * @param outputRows the most rows of logits that one decode call asks for; the output buffer grows to them
 * @param keyType {@code type_k}, F16 unless asked otherwise
 * @param valueType {@code type_v}
 * @param flashAttention whether flash attention is on; "auto" is on for a processor
 * @param unified {@code kv_unified}: one cache shared by all sequences, rather than one part for each
 * @param fullWindow {@code swa_full}: layers with a sliding window keep the whole context (llama.cpp's default; needed to
 *     share and to trim prefixes)
 * @param mapped whether the file is mapped into memory ({@code load_mode}) rather than read
 * @param repacking which weights the kernels keep in their own order
 */
public record MemorySettings(
        int contextTokens,
        int sequences,
        int batch,
        int microBatch,
        int outputRows,
        GgmlType keyType,
        GgmlType valueType,
        boolean flashAttention,
        boolean unified,
        boolean fullWindow,
        boolean mapped,
        Repacking repacking) {

    /** llama.cpp's limit on {@code n_seq_max}. */
    public static final int MOST_SEQUENCES = 256;

    public MemorySettings {
        requirePositive("context", contextTokens);
        requirePositive("batch", batch);
        requirePositive("micro-batch", microBatch);
        requirePositive("output rows", outputRows);
        requireNonNull(keyType, "keyType");
        requireNonNull(valueType, "valueType");
        requireNonNull(repacking, "repacking");
        if (sequences < 1 || sequences > MOST_SEQUENCES) {
            throw new IllegalArgumentException("sequences are 1 to " + MOST_SEQUENCES + ": " + sequences);
        }
    }

    /**
     * How Stoa opens a model: read rather than mapped, one unified F16 cache that holds a full context for every
     * sequence, micro-batches of at most 512 tokens, flash attention, one row of
     * logits per sequence (scoring asks for more rows).
     *
     * @param contextPerSequence the longest prompt and answer of one sequence, in tokens
     * @throws ArithmeticException when the contexts together exceed {@link Integer#MAX_VALUE}
     */
    public static MemorySettings of(int contextPerSequence, int sequences, Repacking repacking) {
        int context = Math.multiplyExact(contextPerSequence, sequences);
        return new MemorySettings(
                context,
                sequences,
                2048,
                512,
                sequences,
                GgmlType.F16,
                GgmlType.F16,
                true,
                true,
                true,
                false,
                repacking);
    }

    /** The same with another context per sequence. */
    public MemorySettings withContext(int contextPerSequence) {
        return new MemorySettings(
                Math.multiplyExact(contextPerSequence, sequences),
                sequences,
                batch,
                microBatch,
                outputRows,
                keyType,
                valueType,
                flashAttention,
                unified,
                fullWindow,
                mapped,
                repacking);
    }

    /** The same with layers of a sliding window that keep no more than they look back on. */
    public MemorySettings withShortWindows() {
        return new MemorySettings(
                contextTokens,
                sequences,
                batch,
                microBatch,
                outputRows,
                keyType,
                valueType,
                flashAttention,
                unified,
                false,
                mapped,
                repacking);
    }

    /** The same with another type of cache, and with flash attention or without. */
    public MemorySettings withCache(GgmlType type, boolean withFlashAttention) {
        return new MemorySettings(
                contextTokens,
                sequences,
                batch,
                microBatch,
                outputRows,
                type,
                type,
                withFlashAttention,
                unified,
                fullWindow,
                mapped,
                repacking);
    }

    /**
     * The same as llama-server lays the cache out when the number of its slots is given: a part of its own for each
     * sequence, and no more than the window for layers that have one.
     */
    public MemorySettings withSlots() {
        return new MemorySettings(
                contextTokens,
                sequences,
                batch,
                microBatch,
                outputRows,
                keyType,
                valueType,
                flashAttention,
                false,
                false,
                mapped,
                repacking);
    }

    /** How llama.cpp is asked for the sizes of the same. */
    public DryRun dryRun() {
        return new DryRun(
                contextTokens,
                batch,
                microBatch,
                sequences,
                unified,
                fullWindow,
                keyType,
                valueType,
                flashAttention,
                repacking != Repacking.NONE);
    }

    /** {@code n_ctx} as llama.cpp rounds it: up to a multiple of 256, for each sequence when the cache is split. */
    long roundedContext() {
        return unified ? roundUp(contextTokens, 256) : contextPerStream() * sequences;
    }

    /** The cells of one stream of the cache. */
    long contextPerStream() {
        long rounded = roundUp(contextTokens, 256);
        return unified ? rounded : roundUp(rounded / sequences, 256);
    }

    /** {@code n_batch} as llama.cpp clamps it for a causal model: to the context as it was asked for. */
    long clampedBatch() {
        return Math.min(batch, contextTokens);
    }

    /** The tokens of the largest graph: a micro-batch, rounded up to as many tokens from each sequence. */
    long graphTokens() {
        return roundUp(Math.min(roundedContext(), clampedMicroBatch()), sequences);
    }

    /** The rows of logits of the largest graph: llama.cpp reserves for one from every token. */
    long graphOutputs() {
        return Math.min(Math.min(roundedContext(), clampedMicroBatch()), clampedBatch());
    }

    long clampedMicroBatch() {
        return Math.min(clampedBatch(), microBatch);
    }

    /** The streams of the cache: one when it is unified. */
    int streams() {
        return unified ? 1 : sequences;
    }

    static long roundUp(long value, long multiple) {
        return Math.ceilDiv(value, multiple) * multiple;
    }

    private static void requirePositive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be positive: " + value);
        }
    }
}
