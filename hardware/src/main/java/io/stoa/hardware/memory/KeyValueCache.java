package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgmlType;
import java.util.List;
import java.util.Optional;

/**
 * The cache of keys and values, and the recurrent states (llama-kv-cache.cpp, llama-kv-cache-iswa.cpp and
 * llama-memory-recurrent.cpp at v0.5.0).
 *
 * <p>Bytes = Σ over layers of cells · streams · (row of keys + row of values), where a row is whole blocks of its type,
 * plus 4 · sequences · state. A layer with a sliding window needs window · sequences + micro-batch cells, rounded up to
 * 256, unless it keeps the whole context. Latent attention has no values of its own.
 */
final class KeyValueCache {
    private KeyValueCache() {}

    static long bytes(LayerCaches caches, MemorySettings settings) {
        return bytes(caches, caches.layers(), settings);
    }

    /** The caches of some of the layers. */
    static long bytes(LayerCaches caches, List<LayerCaches.Layer> layers, MemorySettings settings) {
        long sum = 0;
        for (LayerCaches.Layer layer : layers) {
            sum = Math.addExact(sum, Math.addExact(attention(caches, layer, settings), states(layer, settings)));
        }
        return sum;
    }

    private static long attention(LayerCaches caches, LayerCaches.Layer layer, MemorySettings settings) {
        if (layer.keyHeads() == 0) {
            return 0;
        }
        long cells = layer.windowed() ? windowCells(caches.window(), settings) : settings.contextPerStream();
        boolean padded = !settings.flashAttention() && layer.valueLength() > 0;
        long values = padded ? caches.widestValues() : layer.valueWidth();
        long cell =
                Math.addExact(rowBytes(settings.keyType(), layer.keyWidth()), rowBytes(settings.valueType(), values));
        return Math.multiplyExact(Math.multiplyExact(cells, settings.streams()), cell);
    }

    private static long states(LayerCaches.Layer layer, MemorySettings settings) {
        return Math.multiplyExact(Math.multiplyExact(layer.state(), settings.sequences()), (long) Float.BYTES);
    }

    /** The cells of one stream of a layer with a sliding window. */
    static long windowCells(long window, MemorySettings settings) {
        long context = settings.contextPerStream();
        if (settings.fullWindow()) {
            return context;
        }
        long looksBack = window * (settings.unified() ? settings.sequences() : 1);
        return MemorySettings.roundUp(Math.min(context, looksBack + settings.clampedMicroBatch()), 256);
    }

    /** Why llama.cpp would refuse these types for this model, as a clause. */
    static Optional<String> refusal(LayerCaches caches, MemorySettings settings) {
        GgmlType key = settings.keyType();
        GgmlType value = settings.valueType();
        for (LayerCaches.Layer layer : caches.layers()) {
            if (layer.keyHeads() > 0 && layer.keyLength() % key.blockElements() != 0) {
                return Optional.of("keys of " + layer.keyLength() + " elements are not whole blocks of " + key);
            }
            if (layer.keyHeads() > 0 && layer.valueLength() % value.blockElements() != 0) {
                return Optional.of("values of " + layer.valueLength() + " elements are not whole blocks of " + value);
            }
        }
        if (value.blockElements() > 1 && !settings.flashAttention()) {
            return Optional.of("a cache of " + value + " values needs flash attention");
        }
        if (caches.architecture() == Architecture.T5 && settings.streams() > 1) {
            return Optional.of("the cache of an encoder-decoder model cannot be split between sequences");
        }
        return Optional.empty();
    }

    /** The side of the Hadamard matrix for quantized keys: the largest power of two, 64 or more, that divides a key. */
    static Optional<Long> keyRotation(long keyLength, MemorySettings settings) {
        if (settings.keyType().blockElements() == 1 || keyLength % 64 != 0) {
            return Optional.empty();
        }
        return Optional.of(Long.lowestOneBit(keyLength));
    }

    /** The side of the matrix for quantized values, which is always the smallest. */
    static Optional<Long> valueRotation(long valueLength, MemorySettings settings) {
        if (settings.valueType().blockElements() == 1 || valueLength == 0 || valueLength % 64 != 0) {
            return Optional.empty();
        }
        return Optional.of(64L);
    }

    private static long rowBytes(GgmlType type, long elements) {
        return Math.multiplyExact(elements / type.blockElements(), type.blockBytes());
    }
}
