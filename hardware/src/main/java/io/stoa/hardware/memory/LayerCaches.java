package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.hardware.memory.Architecture.Recurrence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What each layer of a model keeps between tokens.
 *
 * @param architecture the model's
 * @param window the sliding window in tokens; 0 where there is none
 * @param layers the layers that a plain pass runs through, in order
 */
record LayerCaches(Architecture architecture, long window, List<Layer> layers) {
    /** More than any model has of anything; beyond it a header is broken. */
    private static final long MOST = 1 << 20;

    /** LLAMA_MAX_LAYERS. */
    private static final long MOST_LAYERS = 512;

    LayerCaches {
        layers = List.copyOf(layers);
    }

    /**
     * One layer.
     *
     * @param heads query heads; 0 without attention
     * @param keyHeads heads of keys and of values
     * @param keyLength the width of a key of one head
     * @param valueLength the width of a value of one head; 0 where values are a part of the keys (latent attention)
     * @param windowed whether it looks back only as far as the window
     * @param state the 32-bit floats of recurrent state of one sequence
     */
    record Layer(long heads, long keyHeads, long keyLength, long valueLength, boolean windowed, long state) {
        long keyWidth() {
            return keyHeads * keyLength;
        }

        long valueWidth() {
            return keyHeads * valueLength;
        }
    }

    /** What reading a header yields. */
    sealed interface Reading {
        record Read(LayerCaches caches) implements Reading {}

        /**
         * Nothing.
         *
         * @param reason a clause that says what is missing
         */
        record Refused(String reason) implements Reading {}
    }

    static Reading read(GgufHeader header) {
        Optional<Architecture> architecture = Architecture.of(header.architecture());
        if (architecture.isEmpty()) {
            return new Reading.Refused("the architecture " + header.architecture() + " is not modelled");
        }
        if (header.integer("split.count").orElse(1) > 1) {
            return new Reading.Refused("the file is only a part of a model; merge the parts first");
        }
        long blocks = header.hyperParameter("block_count").orElse(0);
        long further = header.hyperParameter("nextn_predict_layers").orElse(0);
        long embedding = header.hyperParameter("embedding_length").orElse(0);
        if (blocks < 1
                || blocks > MOST_LAYERS
                || further < 0
                || further >= blocks
                || embedding < 1
                || embedding > MOST) {
            return new Reading.Refused(
                    "block_count, nextn_predict_layers or embedding_length is missing or out of range");
        }
        return new Reader(header, architecture.get(), embedding).read((int) (blocks - further));
    }

    /** The largest width of a layer's values. Without flash attention every layer's values take as much. */
    long widestValues() {
        return layers.stream().mapToLong(Layer::valueWidth).max().orElse(0);
    }

    /** Reads layer after layer. */
    private record Reader(GgufHeader header, Architecture architecture, long embedding) {
        Reading read(int count) {
            OptionalLong first = perLayer("attention.head_count", 0);
            long headWidth = first.orElse(0) == 0 ? 0 : embedding / first.getAsLong();
            long keyLength = header.hyperParameter("attention.key_length").orElse(headWidth);
            long valueLength = header.hyperParameter("attention.value_length").orElse(headWidth);
            long window = window();
            boolean latent = header.hyperParameter("attention.key_length_mla").orElse(0) > 0;
            if (!sensible(keyLength) || !sensible(valueLength) || window < 0 || window > Integer.MAX_VALUE) {
                return new Reading.Refused(
                        "attention.key_length, attention.value_length or attention.sliding_window is out of range");
            }
            List<Layer> layers = new ArrayList<>();
            for (int layer = 0; layer < count; layer++) {
                boolean windowed = window > 0 && windowed(layer);
                long key = windowed ? orElse("attention.key_length_swa", keyLength) : keyLength;
                long value = windowed ? orElse("attention.value_length_swa", valueLength) : valueLength;
                OptionalLong heads = perLayer("attention.head_count", layer);
                OptionalLong keyHeads = keyHeads(layer);
                long state = recurrent(layer) ? state() : 0;
                boolean sound = sensible(heads.orElse(0))
                        && keyHeads.isPresent()
                        && sensible(keyHeads.getAsLong())
                        && sensible(key)
                        && sensible(value)
                        && state >= 0
                        && (architecture.recurrence() != Recurrence.NONE
                                || (keyHeads.getAsLong() > 0 && heads.orElse(0) > 0));
                if (!sound) {
                    return new Reading.Refused(
                            "the heads, their lengths or the recurrent state of layer " + layer + " are out of range");
                }
                layers.add(new Layer(
                        heads.orElse(0),
                        attends(layer) ? keyHeads.getAsLong() : 0,
                        key,
                        latent ? 0 : value,
                        windowed,
                        state));
            }
            return new Reading.Read(new LayerCaches(architecture, window, layers));
        }

        private static boolean sensible(long value) {
            return value >= 0 && value <= MOST;
        }

        private long orElse(String name, long otherwise) {
            return header.hyperParameter(name).orElse(otherwise);
        }

        private OptionalLong keyHeads(int layer) {
            boolean own = header.metadata().containsKey(header.architecture() + ".attention.head_count_kv");
            return own ? perLayer("attention.head_count_kv", layer) : some(perLayer("attention.head_count", layer));
        }

        private static OptionalLong some(OptionalLong value) {
            return OptionalLong.of(value.orElse(0));
        }

        private long window() {
            if (architecture.windowPattern() == 1) {
                return 0;
            }
            long window = header.hyperParameter("attention.sliding_window").orElse(architecture.defaultWindow());
            return architecture.fixedWindow() && window > 0 ? architecture.defaultWindow() : window;
        }

        private boolean windowed(int layer) {
            String key = header.architecture() + ".attention.sliding_window_pattern";
            Optional<List<GgufValue>> each = header.array(key);
            if (each.isPresent() && layer < each.get().size()) {
                return isSet(each.get().get(layer));
            }
            long pattern = header.integer(key).orElse(architecture.windowPattern());
            return pattern == 0 || layer % pattern < pattern - 1;
        }

        private boolean attends(int layer) {
            return switch (architecture.recurrence()) {
                case NONE, BESIDE_ATTENTION -> true;
                case ALL, NO_CACHE -> false;
                case WITHOUT_KEYS -> keyHeads(layer).orElse(0) > 0 && !isFeedForward(layer);
                case BETWEEN_ATTENTION -> !recurrent(layer);
            };
        }

        private boolean recurrent(int layer) {
            return switch (architecture.recurrence()) {
                case NONE, NO_CACHE -> false;
                case ALL, BESIDE_ATTENTION -> true;
                case WITHOUT_KEYS -> keyHeads(layer).orElse(0) == 0 && !isFeedForward(layer);
                case BETWEEN_ATTENTION -> betweenAttention(layer);
            };
        }

        /** A layer of Nemotron-H is one thing alone. */
        private boolean isFeedForward(int layer) {
            return architecture == Architecture.NEMOTRON_H
                    && perLayer("feed_forward_length", layer).orElse(0) > 0;
        }

        private boolean betweenAttention(int layer) {
            Optional<List<GgufValue>> named = header.array(header.architecture() + ".attention.recurrent_layers");
            if (named.isPresent() && layer < named.get().size()) {
                return isSet(named.get().get(layer));
            }
            long interval = Math.max(1, orElse("full_attention_interval", 4));
            return (layer + 1) % interval != 0;
        }

        /** The floats of one sequence: those of a convolution, and those of the recurrence. */
        private long state() {
            long head = orElse("wkv.head_size", 0);
            if (head > 0) {
                return Math.multiplyExact(embedding, orElse("token_shift_count", 2) + head);
            }
            long kernel = orElse("shortconv.l_cache", 0);
            if (kernel > 0) {
                return Math.multiplyExact(embedding, kernel - 1);
            }
            long inner = orElse("ssm.inner_size", 0);
            long state = orElse("ssm.state_size", 0);
            long channels = Math.addExact(inner, 2 * Math.multiplyExact(orElse("ssm.group_count", 0), state));
            long convolution = Math.multiplyExact(Math.max(0, orElse("ssm.conv_kernel", 0) - 1), channels);
            return Math.addExact(convolution, Math.multiplyExact(state, inner));
        }

        /** A number that is given once, or once per layer. */
        private OptionalLong perLayer(String name, int layer) {
            OptionalLong once = header.hyperParameter(name);
            if (once.isPresent()) {
                return once;
            }
            List<GgufValue> each =
                    header.array(header.architecture() + "." + name).orElse(List.of());
            return layer < each.size() && each.get(layer) instanceof GgufValue.Whole(long value)
                    ? OptionalLong.of(value)
                    : OptionalLong.empty();
        }

        private static boolean isSet(GgufValue value) {
            return switch (value) {
                case GgufValue.Truth(boolean truth) -> truth;
                case GgufValue.Whole(long whole) -> whole != 0;
                case GgufValue.Real real -> real.value() != 0;
                case GgufValue.Text text -> false;
                case GgufValue.Array array -> false;
            };
        }
    }
}
