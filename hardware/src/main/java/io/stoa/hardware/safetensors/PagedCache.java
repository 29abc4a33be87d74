package io.stoa.hardware.safetensors;

import io.stoa.model.Bytes;
import java.util.List;

/**
 * vLLM's cache: pages of a fixed number of tokens, which a request takes whole (get_num_blocks and
 * get_max_concurrency_for_kv_cache_config of vLLM's kv_cache_utils.py). For models whose layers are alike and keep all
 * tokens: vLLM puts others into groups that share pages.
 *
 * @param layers the layers with attention
 * @param pageBytes one block of one layer
 * @param blockTokens the tokens of a block
 */
public record PagedCache(long layers, Bytes pageBytes, int blockTokens) {
    /** vLLM's default. */
    public static final int BLOCK_TOKENS = 16;

    public PagedCache {
        if (layers < 1 || pageBytes.count() < 1 || blockTokens < 1) {
            throw new IllegalArgumentException("layers, bytes of a page and tokens of a block must be positive: "
                    + layers + ", " + pageBytes + ", " + blockTokens);
        }
    }

    /**
     * The cache of a model.
     *
     * @throws IllegalArgumentException when the layers are not known, differ, forget tokens, or have states
     */
    public static PagedCache of(ModelConfig config, int bitsPerElement) {
        List<ModelConfig.Layer> layers = switch (config.caches()) {
            case ModelConfig.Known known -> known.layers();
            case ModelConfig.Unknown(String reason) -> throw new IllegalArgumentException(reason);
        };
        ModelConfig.Layer first = layers.getFirst();
        for (ModelConfig.Layer layer : layers) {
            if (!layer.equals(first)) {
                throw new IllegalArgumentException("the layers of " + config.modelType()
                        + " differ in what they keep, and how vLLM groups them is not modelled");
            }
        }
        // A window beyond all contexts is none.
        boolean forgets =
                first.window() > 0 && (config.trainedTokens() == 0 || first.window() < config.trainedTokens());
        if (forgets || first.state() > 0 || first.perToken() == 0) {
            throw new IllegalArgumentException("the layers of " + config.modelType()
                    + " have windows or states, whose pages in vLLM are not modelled");
        }
        return new PagedCache(
                layers.size(), new Bytes(first.perToken() * BLOCK_TOKENS * bitsPerElement / 8), BLOCK_TOKENS);
    }

    /**
     * What vLLM takes of a device unless asked otherwise ({@code gpu_memory_utilization} 0.9): for weights, the peak of
     * its largest step, captured graphs, and the cache. The second and third are known only once it runs.
     */
    public static Bytes usable(Bytes device) {
        return new Bytes(device.count() / 10 * 9);
    }

    /** The blocks that fit: available memory ÷ page ÷ layers, each division rounded down. */
    public long blocks(Bytes available) {
        return available.count() / pageBytes.count() / layers;
    }

    /** How many requests of the longest kind fit at once. */
    public double concurrency(Bytes available, long longestTokens) {
        if (longestTokens < 1) {
            throw new IllegalArgumentException("the longest request must have tokens: " + longestTokens);
        }
        return (double) blocks(available) / Math.ceilDiv(longestTokens, blockTokens);
    }

    /** What a request takes: whole blocks of every layer. */
    public Bytes request(long tokens) {
        return new Bytes(
                Math.multiplyExact(Math.multiplyExact(Math.ceilDiv(tokens, blockTokens), pageBytes.count()), layers));
    }
}
