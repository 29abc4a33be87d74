package io.stoa.hardware.safetensors;

import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What a {@code config.json} says of the caches, layer by layer.
 *
 * @param modelType {@code model_type}
 * @param trainedTokens {@code max_position_embeddings}; 0 where it is not said
 * @param layers in order
 */
public record ModelConfig(String modelType, long trainedTokens, List<Layer> layers) {
    private static final long MOST_LAYERS = 1_024;
    private static final long MOST = 1 << 20;

    public ModelConfig {
        layers = List.copyOf(layers);
    }

    /**
     * What one layer keeps.
     *
     * @param perToken elements of keys and values of a token; 0 without attention
     * @param window how many tokens are kept; 0 for all
     * @param state 32-bit floats of recurrent state of a sequence
     */
    public record Layer(long perToken, long window, long state) {}

    /** The elements of keys and values that a token adds while no window is full. */
    public long elementsPerToken() {
        return layers.stream().mapToLong(Layer::perToken).sum();
    }

    /**
     * The keys, values and states of one sequence.
     *
     * @param bitsPerElement 16 for F16 and BF16, 8 for FP8
     */
    public Bytes caches(long tokens, int bitsPerElement) {
        long bits = 0;
        for (Layer layer : layers) {
            long kept = layer.window() == 0 ? tokens : Math.min(tokens, layer.window());
            bits = Math.addExact(
                    bits, Math.multiplyExact(Math.multiplyExact(kept, layer.perToken()), (long) bitsPerElement));
            bits = Math.addExact(bits, Math.multiplyExact(layer.state(), 32L));
        }
        return new Bytes(Math.ceilDiv(bits, 8));
    }

    /**
     * Reads a file.
     *
     * @throws StoaException of kind {@code USER} that names the file and the key that is missing or out of range
     */
    public static ModelConfig read(Path file) {
        return of(file.toString(), SafetensorsModel.json(file));
    }

    /** Reads a configuration; that of the text part where there are several. */
    static ModelConfig of(String file, JsonNode json) {
        JsonNode text = json.path("text_config");
        return new Reader(file, text.isObject() ? text : json).read();
    }

    /** Reads key by key. */
    private record Reader(String file, JsonNode json) {
        ModelConfig read() {
            String type = json.path("model_type").asString("");
            if (type.isEmpty()) {
                throw StoaException.user(file + ": has no model_type; is it a model's config.json?");
            }
            int count = (int) required("num_hidden_layers", 1, MOST_LAYERS);
            List<Layer> layers = new ArrayList<>();
            for (int layer = 0; layer < count; layer++) {
                layers.add(isLinear(layer) ? new Layer(0, 0, state()) : new Layer(perToken(), window(layer), 0));
            }
            return new ModelConfig(
                    type, number("max_position_embeddings", 0, 1L << 40).orElse(0L), layers);
        }

        /** One latent vector in latent attention, keys and values of all their heads otherwise. */
        private long perToken() {
            Optional<Long> rank = number("kv_lora_rank", 0, MOST).filter(value -> value > 0);
            if (rank.isPresent()) {
                return rank.get() + required("qk_rope_head_dim", 0, MOST);
            }
            long heads = required("num_attention_heads", 1, MOST);
            long keyHeads = number("num_key_value_heads", 1, MOST).orElse(heads);
            long width = number("head_dim", 1, MOST).orElseGet(() -> required("hidden_size", 1, MOST) / heads);
            return keyHeads * 2 * width;
        }

        private long window(int layer) {
            long window = number("sliding_window", 0, 1L << 40).orElse(0L);
            boolean off = json.path("use_sliding_window").isBoolean()
                    && !json.path("use_sliding_window").booleanValue();
            if (window == 0 || off) {
                return 0;
            }
            Optional<String> kind = kind(layer);
            if (kind.isPresent()) {
                return kind.get().contains("sliding") || kind.get().contains("chunked") ? window : 0;
            }
            long pattern = number("sliding_window_pattern", 1, MOST_LAYERS)
                    .orElse(
                            json.path("model_type").asString("").startsWith("gemma3")
                                    ? 6L
                                    : json.path("model_type").asString("").equals("gemma2") ? 2L : 0L);
            return pattern > 0 && (layer + 1) % pattern == 0 ? 0 : window;
        }

        private boolean isLinear(int layer) {
            Optional<String> kind = kind(layer);
            if (kind.isPresent()) {
                return kind.get().contains("linear")
                        || kind.get().contains("mamba")
                        || kind.get().contains("conv");
            }
            long interval = number("full_attention_interval", 1, MOST_LAYERS).orElse(1L);
            return (layer + 1) % interval != 0;
        }

        private Optional<String> kind(int layer) {
            JsonNode kinds = json.path("layer_types");
            return kinds.size() > layer
                    ? Optional.of(kinds.path(layer).asString("").toLowerCase(Locale.ROOT))
                    : Optional.empty();
        }

        /** A gated delta rule: a convolution over keys and values, and a matrix for each head of values. */
        private long state() {
            long keyHeads = number("linear_num_key_heads", 0, MOST).orElse(0L);
            long valueHeads = number("linear_num_value_heads", 0, MOST).orElse(0L);
            long keyWidth = number("linear_key_head_dim", 0, MOST).orElse(0L);
            long valueWidth = number("linear_value_head_dim", 0, MOST).orElse(0L);
            long kernel = number("linear_conv_kernel_dim", 1, MOST).orElse(1L);
            if (keyHeads == 0 || valueHeads == 0) {
                throw StoaException.user(file
                        + ": has layers without attention whose state is not modelled (model_type "
                        + json.path("model_type").asString("") + "); convert the model to GGUF and ask for that");
            }
            return Math.addExact(
                    Math.multiplyExact(kernel - 1, 2 * keyHeads * keyWidth + valueHeads * valueWidth),
                    Math.multiplyExact(valueHeads, Math.multiplyExact(keyWidth, valueWidth)));
        }

        private long required(String key, long least, long most) {
            return number(key, least, most)
                    .orElseThrow(() -> StoaException.user(file + ": has no " + key + "; is it a model's config.json?"));
        }

        private Optional<Long> number(String key, long least, long most) {
            JsonNode node = json.path(key);
            if (node.isMissingNode() || node.isNull()) {
                return Optional.empty();
            }
            long value = node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : least - 1;
            if (value < least || value > most) {
                throw StoaException.user(
                        file + ": " + key + " is " + node + ", not a whole number from " + least + " to " + most);
            }
            return Optional.of(value);
        }
    }
}
