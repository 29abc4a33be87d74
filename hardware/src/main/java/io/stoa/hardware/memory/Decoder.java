package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.engine.gguf.GgufValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The hyper-parameters that decide a decoder's buffers.
 *
 * @param family its architecture
 * @param embedding the width of the residual stream
 * @param heads query heads per layer
 * @param keyHeads heads of keys and of values per layer, fewer than {@code heads} under grouped-query attention
 * @param keyLength the width of a key (and a query) of one head
 * @param valueLength the width of a value of one head
 * @param vocabulary the rows of the output matrix
 * @param window the sliding window in tokens; 0 where there is none
 * @param layers the layers in order
 */
record Decoder(
        Family family,
        long embedding,
        long heads,
        long keyHeads,
        long keyLength,
        long valueLength,
        long vocabulary,
        long window,
        List<Layer> layers) {
    /** More than any model has of anything; beyond it a header is broken. */
    private static final long MOST = 1 << 20;

    Decoder {
        layers = List.copyOf(layers);
    }

    /**
     * One layer.
     *
     * @param windowed whether it looks back only as far as the window
     * @param fusedAttention whether one matrix makes queries, keys and values
     * @param feedForward what follows attention
     */
    record Layer(boolean windowed, boolean fusedAttention, FeedForward feedForward) {}

    /** The second half of a layer. */
    sealed interface FeedForward {
        /**
         * One network for all tokens.
         *
         * @param width its inner width
         * @param fused whether one matrix makes the gate and the value
         */
        record Dense(long width, boolean fused) implements FeedForward {}

        /**
         * Some of many networks for each token.
         *
         * @param width the inner width of one expert
         * @param experts how many there are
         * @param used how many a token goes through
         * @param scaled whether the experts' weights are scaled by a constant
         */
        record Experts(long width, long experts, long used, boolean scaled) implements FeedForward {}
    }

    /** The elements of all keys of a token in one layer. */
    long keyWidth() {
        return keyHeads * keyLength;
    }

    /** The elements of all values of a token in one layer. */
    long valueWidth() {
        return keyHeads * valueLength;
    }

    /**
     * Reads them from a header.
     *
     * @return what is missing, as a clause, when the file is not a decoder of a known family
     */
    static Reading read(GgufHeader header) {
        Optional<Family> family = Family.of(header);
        if (family.isEmpty()) {
            return new Reading.Refused("the architecture " + header.architecture() + " is not modelled");
        }
        if (header.integer("split.count").orElse(1) > 1) {
            return new Reading.Refused("the file is only a part of a model; merge the parts first");
        }
        Map<String, GgufTensor> matrices = new HashMap<>();
        header.tensors().stream()
                .filter(tensor -> tensor.shape().size() > 1)
                .forEach(tensor -> matrices.put(tensor.name(), tensor));
        GgufTensor tokens = matrices.get("token_embd.weight");
        if (tokens == null) {
            return new Reading.Refused("the tensor token_embd.weight is missing");
        }
        OptionalLong layers = header.hyperParameter("block_count");
        OptionalLong embedding = header.hyperParameter("embedding_length");
        OptionalLong heads = uniform(header, "attention.head_count");
        boolean ownKeyHeads = header.metadata().containsKey(header.architecture() + ".attention.head_count_kv");
        OptionalLong keyHeads = ownKeyHeads ? uniform(header, "attention.head_count_kv") : heads;
        if (!sensible(layers) || !sensible(embedding) || !sensible(heads) || !sensible(keyHeads)) {
            return new Reading.Refused("block_count, embedding_length, attention.head_count or attention.head_count_kv "
                    + "is missing, out of range, or differs from layer to layer");
        }
        long headWidth = embedding.getAsLong() / heads.getAsLong();
        long keyLength = header.hyperParameter("attention.key_length").orElse(headWidth);
        long valueLength = header.hyperParameter("attention.value_length").orElse(headWidth);
        long window = family.get().window(header);
        if (!sensible(OptionalLong.of(keyLength)) || !sensible(OptionalLong.of(valueLength)) || window < 0) {
            return new Reading.Refused(
                    "attention.key_length, attention.value_length or attention.sliding_window is out of range");
        }
        if (header.real(header.architecture() + ".attention.temperature_scale").orElse(0) != 0) {
            return new Reading.Refused("scaling of attention by temperature is not modelled");
        }
        List<Layer> read = new ArrayList<>();
        for (int layer = 0; layer < layers.getAsLong(); layer++) {
            Optional<FeedForward> feedForward = feedForward(header, matrices, layer);
            if (feedForward.isEmpty()) {
                return new Reading.Refused("layer " + layer + " has no feed-forward network of a known kind");
            }
            read.add(new Layer(
                    window > 0 && windowed(header, family.get(), layer),
                    matrices.containsKey("blk." + layer + ".attn_qkv.weight"),
                    feedForward.get()));
        }
        return new Reading.Read(new Decoder(
                family.get(),
                embedding.getAsLong(),
                heads.getAsLong(),
                keyHeads.getAsLong(),
                keyLength,
                valueLength,
                matrices.getOrDefault("output.weight", tokens).shape().get(1),
                window,
                read));
    }

    private static boolean sensible(OptionalLong value) {
        return value.isPresent() && value.getAsLong() > 0 && value.getAsLong() <= MOST;
    }

    /** What reading a header yields. */
    sealed interface Reading {
        record Read(Decoder decoder) implements Reading {}

        record Refused(String reason) implements Reading {}
    }

    private static Optional<FeedForward> feedForward(GgufHeader header, Map<String, GgufTensor> matrices, int layer) {
        String block = "blk." + layer + ".";
        GgufTensor up = matrices.get(block + "ffn_up.weight");
        if (up != null) {
            boolean fused = !matrices.containsKey(block + "ffn_gate.weight");
            long rows = up.shape().get(1);
            return Optional.of(new FeedForward.Dense(fused ? rows / 2 : rows, fused));
        }
        GgufTensor experts = matrices.get(block + "ffn_up_exps.weight");
        long used = header.hyperParameter("expert_used_count").orElse(0);
        boolean plain = matrices.containsKey(block + "ffn_gate_exps.weight")
                && !matrices.containsKey(block + "ffn_up_shexp.weight")
                && header.hyperParameter("expert_group_count").orElse(1) <= 1;
        if (experts == null
                || experts.shape().size() != 3
                || used < 1
                || used > experts.shape().get(2)
                || !plain) {
            return Optional.empty();
        }
        double scale =
                header.real(header.architecture() + ".expert_weights_scale").orElse(0);
        return Optional.of(new FeedForward.Experts(
                experts.shape().get(1), experts.shape().get(2), used, scale != 0 && scale != 1));
    }

    private static boolean windowed(GgufHeader header, Family family, int layer) {
        String key = header.architecture() + ".attention.sliding_window_pattern";
        Optional<List<GgufValue>> perLayer = header.array(key);
        if (perLayer.isPresent() && layer < perLayer.get().size()) {
            return switch (perLayer.get().get(layer)) {
                case GgufValue.Truth(boolean value) -> value;
                case GgufValue.Whole(long value) -> value != 0;
                case GgufValue.Real real -> real.value() != 0;
                case GgufValue.Text text -> false;
                case GgufValue.Array array -> false;
            };
        }
        long pattern = header.integer(key).orElse(family.windowPattern());
        return pattern == 0 || layer % pattern < pattern - 1;
    }

    /** An integer that is given once, or once per layer with the same value each time. */
    private static OptionalLong uniform(GgufHeader header, String name) {
        OptionalLong once = header.hyperParameter(name);
        if (once.isPresent()) {
            return once;
        }
        List<GgufValue> each = header.array(header.architecture() + "." + name).orElse(List.of());
        if (each.stream().distinct().count() == 1 && each.getFirst() instanceof GgufValue.Whole(long value)) {
            return OptionalLong.of(value);
        }
        return OptionalLong.empty();
    }
}
