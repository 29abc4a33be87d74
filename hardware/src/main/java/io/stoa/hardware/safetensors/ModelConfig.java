package io.stoa.hardware.safetensors;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.safetensors.BoundedJson;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What a {@code config.json} says of the caches, layer by layer. Its keys mean something else in every family, so only
 * families whose keys are read here are answered.
 *
 * @param modelType {@code model_type}
 * @param trainedTokens {@code max_position_embeddings}; 0 where it is not said
 * @param caches what the layers keep, or why that is not known
 */
public record ModelConfig(String modelType, long trainedTokens, Caches caches) {
    private static final long MOST_LAYERS = 1_024;
    private static final long MOST = 1 << 20;

    /**
     * Decoders that keep keys and values of every layer under the usual keys: heads, their width, a window; some with
     * latent attention or the gated delta rule. Left out are those with keys of their own, such as Jamba's,
     * Nemotron-H's, Llama 4's and Gemma 3n's, and what keeps no cache, such as BERT.
     */
    private static final Set<String> KNOWN = Set.of(
            "apertus",
            "arcee",
            "cohere",
            "cohere2",
            "deepseek_v2",
            "deepseek_v3",
            "ernie4_5",
            "ernie4_5_moe",
            "exaone4",
            "falcon",
            "gemma",
            "gemma2",
            "gemma3_text",
            "glm",
            "glm4",
            "glm4_moe",
            "glm4_moe_lite",
            "glm_moe_dsa",
            "gpt_neox",
            "gpt_oss",
            "granite",
            "granitemoe",
            "hunyuan_v1_dense",
            "hunyuan_v1_moe",
            "kimi_k2",
            "kimi_k25",
            "llama",
            "minimax_m2",
            "ministral",
            "ministral3",
            "mistral",
            "mixtral",
            "nemotron",
            "olmo",
            "olmo2",
            "olmo3",
            "olmoe",
            "opt",
            "phi",
            "phi3",
            "phimoe",
            "qwen2",
            "qwen2_5_vl",
            "qwen2_5_vl_text",
            "qwen2_moe",
            "qwen2_vl",
            "qwen2_vl_text",
            "qwen3",
            "qwen3_5",
            "qwen3_5_moe",
            "qwen3_5_moe_text",
            "qwen3_5_text",
            "qwen3_moe",
            "qwen3_next",
            "qwen3_vl_moe_text",
            "qwen3_vl_text",
            "seed_oss",
            "smollm3",
            "stablelm",
            "starcoder2");

    public ModelConfig {
        requireNonNull(caches, "caches");
    }

    /** What the layers keep. */
    public sealed interface Caches {}

    /**
     * All of them are known.
     *
     * @param layers in order
     */
    public record Known(List<Layer> layers) implements Caches {
        public Known {
            layers = List.copyOf(layers);
        }

        /** The elements of keys and values that a token adds while no window is full. */
        public long elementsPerToken() {
            return layers.stream().mapToLong(Layer::perToken).sum();
        }

        /**
         * The keys, values and states of one sequence.
         *
         * @param bitsPerElement 16 for F16 and BF16, 8 for FP8
         */
        public Bytes bytes(long tokens, int bitsPerElement) {
            long bits = 0;
            for (Layer layer : layers) {
                long kept = layer.window() == 0 ? tokens : Math.min(tokens, layer.window());
                bits = Math.addExact(
                        bits, Math.multiplyExact(Math.multiplyExact(kept, layer.perToken()), (long) bitsPerElement));
                bits = Math.addExact(bits, Math.multiplyExact(layer.state(), 32L));
            }
            return new Bytes(Math.ceilDiv(bits, 8));
        }
    }

    /**
     * They are not known.
     *
     * @param reason a clause
     */
    public record Unknown(String reason) implements Caches {
        public Unknown {
            if (reason.isBlank()) {
                throw new IllegalArgumentException("what is not known says why");
            }
        }
    }

    /**
     * What one layer keeps.
     *
     * @param perToken elements of keys and values of a token; 0 without attention
     * @param window how many tokens are kept; 0 for all
     * @param state 32-bit floats of recurrent state of a sequence
     */
    public record Layer(long perToken, long window, long state) {}

    /**
     * Reads a file.
     *
     * @throws StoaException of kind {@code USER} that names the file and the key that is missing or out of range
     */
    public static ModelConfig read(Path file) {
        return of(file.toString(), BoundedJson.read(file));
    }

    /** Reads a configuration; that of the text part where there are several. */
    static ModelConfig of(String file, JsonNode json) {
        JsonNode text = json.path("text_config");
        return new Reader(file, text.isObject() ? text : json).read();
    }

    /** Reads key by key. */
    private record Reader(String file, JsonNode json) {
        ModelConfig read() {
            if (type().isEmpty()) {
                throw StoaException.user(file + ": has no model_type; is it a model's config.json?");
            }
            return new ModelConfig(
                    type(), number("max_position_embeddings", 0, 1L << 40).orElse(0L), caches());
        }

        private String type() {
            return json.path("model_type").asString("");
        }

        private Caches caches() {
            if (!KNOWN.contains(type())) {
                return new Unknown("what a model of the model_type " + type() + " keeps of a token is not modelled");
            }
            int count = (int) required("num_hidden_layers", 1, MOST_LAYERS);
            List<Layer> layers = new ArrayList<>();
            for (int layer = 0; layer < count; layer++) {
                if (!isLinear(layer)) {
                    layers.add(new Layer(perToken(), window(layer), 0));
                } else if (hasDeltaRule()) {
                    layers.add(new Layer(0, 0, state()));
                } else {
                    return new Unknown("the state of layer " + layer + ", which has no attention, is not modelled");
                }
            }
            return new Known(layers);
        }

        /** One latent vector in latent attention, keys and values of all their heads otherwise. */
        private long perToken() {
            Optional<Long> rank = number("kv_lora_rank", 0, MOST).filter(value -> value > 0);
            if (rank.isPresent()) {
                return rank.get() + required("qk_rope_head_dim", 0, MOST);
            }
            long heads = required("num_attention_heads", 1, MOST);
            long keyHeads = type().equals("falcon")
                    ? falconKeyHeads(heads)
                    : number("num_key_value_heads", 1, MOST).orElse(heads);
            long width = number("head_dim", 1, MOST).orElseGet(() -> required("hidden_size", 1, MOST) / heads);
            return keyHeads * 2 * width;
        }

        /** Falcon-7B shares one head of keys and values, which is also the default; newer decoders share several. */
        private long falconKeyHeads(long heads) {
            if (json.path("new_decoder_architecture").asBoolean(false)) {
                return number("num_kv_heads", 1, MOST).orElse(heads);
            }
            return json.path("multi_query").asBoolean(true) ? 1 : heads;
        }

        private long window(int layer) {
            long window = number("sliding_window", 0, 1L << 40).orElse(0L);
            // Qwen's configurations name a window that is not used unless they say so, and not in the first layers.
            boolean qwen = type().startsWith("qwen");
            boolean used = json.path("use_sliding_window").asBoolean(!qwen);
            if (window == 0 || !used) {
                return 0;
            }
            if (qwen && layer < number("max_window_layers", 0, MOST_LAYERS).orElse(0L)) {
                return 0;
            }
            Optional<String> kind = kind(layer);
            if (kind.isPresent()) {
                return kind.get().contains("sliding") || kind.get().contains("chunked") ? window : 0;
            }
            long pattern = number("sliding_window_pattern", 1, MOST_LAYERS).orElseGet(this::usualPattern);
            return pattern > 0 && (layer + 1) % pattern == 0 ? 0 : window;
        }

        /** The period of windows of a family whose configuration may leave it out; the last of each period has none. */
        private long usualPattern() {
            return switch (type()) {
                case "gemma3_text" -> 6;
                case "cohere2", "exaone4", "olmo3" -> 4;
                case "gemma2", "gpt_oss" -> 2;
                default -> 0;
            };
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

        private boolean hasDeltaRule() {
            return number("linear_num_key_heads", 1, MOST).isPresent()
                    && number("linear_num_value_heads", 1, MOST).isPresent();
        }

        /** A gated delta rule: a convolution over keys and values, and a matrix for each head of values. */
        private long state() {
            long keyHeads = required("linear_num_key_heads", 1, MOST);
            long valueHeads = required("linear_num_value_heads", 1, MOST);
            long keyWidth = number("linear_key_head_dim", 0, MOST).orElse(0L);
            long valueWidth = number("linear_value_head_dim", 0, MOST).orElse(0L);
            long kernel = number("linear_conv_kernel_dim", 1, MOST).orElse(1L);
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
