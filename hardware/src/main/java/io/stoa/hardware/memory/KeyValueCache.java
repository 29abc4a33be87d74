package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgmlType;
import java.util.Optional;

/**
 * The cache of keys and values (llama-kv-cache.cpp, llama-kv-cache-iswa.cpp at v0.5.0).
 *
 * <p>Bytes = Σ over layers of cells · streams · (row of keys + row of values), where a row is whole blocks of its type.
 * A layer with a sliding window needs window · sequences + micro-batch cells, rounded up to 256, unless it keeps the
 * whole context.
 */
final class KeyValueCache {
    private KeyValueCache() {}

    static long bytes(Decoder decoder, MemorySettings settings) {
        long cell = Math.addExact(
                rowBytes(settings.keyType(), decoder.keyWidth()), rowBytes(settings.valueType(), decoder.valueWidth()));
        long windowed =
                decoder.layers().stream().filter(Decoder.Layer::windowed).count();
        long full = decoder.layers().size() - windowed;
        long cells = Math.addExact(
                Math.multiplyExact(full, settings.contextPerStream()),
                Math.multiplyExact(windowed, windowCells(decoder, settings)));
        return Math.multiplyExact(Math.multiplyExact(cells, settings.streams()), cell);
    }

    /** The cells of one stream of a layer with a sliding window. */
    static long windowCells(Decoder decoder, MemorySettings settings) {
        long context = settings.contextPerStream();
        if (settings.fullWindow()) {
            return context;
        }
        long looksBack = decoder.window() * (settings.unified() ? settings.sequences() : 1);
        return MemorySettings.roundUp(Math.min(context, looksBack + settings.clampedMicroBatch()), 256);
    }

    /** Why llama.cpp would refuse these types for this model, as a clause. */
    static Optional<String> refusal(Decoder decoder, MemorySettings settings) {
        GgmlType key = settings.keyType();
        GgmlType value = settings.valueType();
        if (decoder.keyLength() % key.blockElements() != 0) {
            return Optional.of("keys of " + decoder.keyLength() + " elements are not whole blocks of " + key);
        }
        if (decoder.valueLength() % value.blockElements() != 0) {
            return Optional.of("values of " + decoder.valueLength() + " elements are not whole blocks of " + value);
        }
        if (value.blockElements() > 1 && !settings.flashAttention()) {
            return Optional.of("a cache of " + value + " values needs flash attention");
        }
        return Optional.empty();
    }

    /** The side of the Hadamard matrix for quantized keys: the largest power of two, 64 or more, that divides a key. */
    static Optional<Long> keyRotation(Decoder decoder, MemorySettings settings) {
        if (settings.keyType().blockElements() == 1 || decoder.keyLength() % 64 != 0) {
            return Optional.empty();
        }
        return Optional.of(Long.lowestOneBit(decoder.keyLength()));
    }

    /** The side of the matrix for quantized values, which is always the smallest. */
    static Optional<Long> valueRotation(Decoder decoder, MemorySettings settings) {
        if (settings.valueType().blockElements() == 1 || decoder.valueLength() % 64 != 0) {
            return Optional.empty();
        }
        return Optional.of(64L);
    }

    private static long rowBytes(GgmlType type, long elements) {
        return Math.multiplyExact(elements / type.blockElements(), type.blockBytes());
    }
}
