package io.stoa.engine.gguf;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The hyper-parameters of a model that native code divides by, allocates by or asserts on, found sane. The bounds are
 * those of {@code llama_model_base::load_hparams} at llama.cpp v0.5.0 where it has any: outside them it aborts the
 * process (block count, experts, RoPE scaling) or goes on with nonsense (context, epsilon, frequencies).
 */
final class HyperParameters {
    /** LLAMA_MAX_LAYERS. */
    private static final long MOST_BLOCKS = 512;

    /** LLAMA_MAX_EXPERTS. */
    private static final long MOST_EXPERTS = 1024;

    private static final long MOST_CONTEXT = 1L << 30;
    private static final long MOST_WIDTH = 1L << 20;
    private static final long MOST_HEADS = 1L << 14;
    private static final long MOST_FEED_FORWARD = 1L << 24;
    private static final double MOST_FREQUENCY = 1e12;
    private static final double MOST_ATTENTION_FACTOR = 100;
    private static final double MOST_EPSILON = 0.1;
    private static final String RMS_EPSILON = "attention.layer_norm_rms_epsilon";
    private static final Set<String> ROPE_SCALINGS = Set.of("none", "linear", "yarn", "longrope");

    private final GgufHeader header;
    private final Refusal refusal;
    private final String architecture;
    private final int blocks;

    private HyperParameters(GgufHeader header, Refusal refusal) {
        this.header = header;
        this.refusal = refusal;
        this.architecture = header.string("general.architecture")
                .orElseThrow(() -> refusal.because("has no general.architecture", "convert the model again"));
        if (!architecture.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw refusal.because(
                    "has the impossible general.architecture \"" + Refusal.shortened(architecture) + "\"");
        }
        this.blocks = (int) required("block_count", 1, MOST_BLOCKS);
    }

    static HyperParameters checked(GgufHeader header, Refusal refusal) {
        HyperParameters parameters = new HyperParameters(header, refusal);
        parameters.check();
        return parameters;
    }

    String architecture() {
        return architecture;
    }

    /** {@code block_count}: the layers, those for predicting several tokens at once included. */
    int blocks() {
        return blocks;
    }

    /** The layers that a plain pass runs through. */
    int plainBlocks() {
        return blocks - (int) number("nextn_predict_layers", 0, blocks).orElse(0);
    }

    /** The width of the hidden state. */
    long width() {
        return required("embedding_length", 1, MOST_WIDTH);
    }

    long experts() {
        return number("expert_count", 0, MOST_EXPERTS).orElse(0);
    }

    /** A whole number that must be there. */
    long required(String name, long least, long most) {
        return number(name, least, most)
                .orElseThrow(() -> refusal.because("has no " + key(name), "convert the model again"));
    }

    /** A whole number that may be missing, but must be in the bounds when it is there. */
    OptionalLong number(String name, long least, long most) {
        GgufValue value = header.metadata().get(key(name));
        return value == null ? OptionalLong.empty() : OptionalLong.of(bounded(name, value, least, most));
    }

    /** A number that is the same for all layers, or one of an array with one for each. */
    OptionalLong ofLayer(String name, int layer, long least, long most) {
        return switch (header.metadata().get(key(name))) {
            case null -> OptionalLong.empty();
            case GgufValue.Array(List<GgufValue> values)
            when values.size() == blocks -> OptionalLong.of(bounded(name, values.get(layer), least, most));
            case GgufValue.Array(List<GgufValue> values) ->
                throw refusal.because(key(name) + " has " + values.size() + " numbers for " + blocks + " blocks");
            case GgufValue value -> OptionalLong.of(bounded(name, value, least, most));
        };
    }

    /** The attention heads of a layer; 0 where it has no attention. */
    long heads(int layer) {
        return ofLayer("attention.head_count", layer, 0, MOST_HEADS).orElse(0);
    }

    /** The key and value heads of a layer, {@link #heads} unless said otherwise. */
    long keyHeads(int layer) {
        return ofLayer("attention.head_count_kv", layer, 0, MOST_HEADS).orElse(heads(layer));
    }

    long feedForward(int layer) {
        return ofLayer("feed_forward_length", layer, 0, MOST_FEED_FORWARD).orElse(0);
    }

    /** Refuses a model that does not say what its root-mean-square norms add to the variance. */
    void needNormEpsilon() {
        if (!header.metadata().containsKey(key(RMS_EPSILON))) {
            throw refusal.because("has no " + key(RMS_EPSILON), "convert the model again");
        }
    }

    private void check() {
        required("context_length", 1, MOST_CONTEXT);
        width();
        for (int layer = 0; layer < blocks; layer++) {
            checkHeads(layer);
            feedForward(layer);
        }
        checkExperts();
        plainBlocks();
        checkRope();
        checkSlidingWindow();
        if (header.real(key("logit_scale")).orElse(1) == 0) {
            throw refusal.because(key("logit_scale") + " is 0, and some architectures divide by it");
        }
        number("pooling_type", 0, 4);
        epsilon(RMS_EPSILON);
        epsilon("attention.layer_norm_epsilon");
        header.metadata().forEach((key, value) -> {
            if (key.startsWith(architecture + ".")
                    && value instanceof GgufValue.Real(double real)
                    && !Double.isFinite(real)) {
                throw refusal.because(key + " is " + real);
            }
        });
    }

    private void checkHeads(int layer) {
        long heads = heads(layer);
        long keyHeads = keyHeads(layer);
        if (keyHeads > heads || (keyHeads > 0 && heads % keyHeads != 0)) {
            throw refusal.because(key("attention.head_count_kv") + " is " + keyHeads + " and does not divide the "
                    + heads + " heads");
        }
        if (heads > width() && header.hyperParameter("attention.key_length").isEmpty()) {
            throw refusal.because(key("attention.head_count") + " is " + heads + ", more than the width " + width());
        }
        number("attention.key_length", 1, MOST_WIDTH);
        number("attention.value_length", 1, MOST_WIDTH);
    }

    private void checkExperts() {
        long experts = experts();
        long used = 0;
        for (int layer = 0; layer < blocks; layer++) {
            used = Math.max(
                    used, ofLayer("expert_used_count", layer, 0, MOST_EXPERTS).orElse(0));
        }
        long groups = number("expert_group_count", 0, MOST_EXPERTS).orElse(0);
        long usedGroups = number("expert_group_used_count", 0, MOST_EXPERTS).orElse(0);
        boolean sound = experts == 0
                ? used == 0 && groups == 0
                : used > 0
                        && used <= experts
                        && groups < experts
                        && (groups <= 1 || (experts % groups == 0 && usedGroups > 0 && usedGroups < groups));
        if (!sound) {
            throw refusal.because("uses " + used + " of " + experts + " experts, " + usedGroups + " of " + groups
                    + " groups of them, which cannot be");
        }
    }

    private void checkRope() {
        long rotated = number("rope.dimension_count", 0, MOST_WIDTH).orElse(0);
        if (rotated % 2 != 0) {
            throw refusal.because(key("rope.dimension_count") + " is " + rotated + ", but rotations need pairs");
        }
        GgufValue scaling = header.metadata().get(key("rope.scaling.type"));
        if (scaling != null && !(scaling instanceof GgufValue.Text(String text) && ROPE_SCALINGS.contains(text))) {
            throw refusal.because(key("rope.scaling.type") + " is " + Refusal.shown(scaling)
                    + ", not one of none, linear, yarn, longrope");
        }
        number("rope.dimension_count_swa", 2, MOST_WIDTH).ifPresent(sliding -> {
            if (sliding % 2 != 0) {
                throw refusal.because(
                        key("rope.dimension_count_swa") + " is " + sliding + ", but rotations need pairs");
            }
        });
        positive("rope.freq_base", MOST_FREQUENCY);
        positive("rope.freq_base_swa", MOST_FREQUENCY);
        positive("rope.scaling.attn_factor", MOST_ATTENTION_FACTOR);
    }

    /** A real number that may be missing; too big a one makes all results infinite. */
    private void positive(String name, double most) {
        GgufValue value = header.metadata().get(key(name));
        if (value != null && !(value instanceof GgufValue.Real(double real) && real > 0 && real <= most)) {
            throw refusal.because(key(name) + " is " + Refusal.shown(value) + ", not above 0 and at most " + most);
        }
    }

    /** Architectures with a sliding window assert that some layer has it: each n-th but not each first, or those said. */
    private void checkSlidingWindow() {
        GgufValue pattern = header.metadata().get(key("attention.sliding_window_pattern"));
        boolean none = switch (pattern) {
            case null -> false;
            case GgufValue.Whole(long each) -> each == 1;
            case GgufValue.Array(List<GgufValue> layers) -> layers.stream().noneMatch(HyperParameters::isSet);
            case GgufValue.Real real -> true;
            case GgufValue.Truth truth -> true;
            case GgufValue.Text text -> true;
        };
        if (none && pattern != null) {
            throw refusal.because(key("attention.sliding_window_pattern") + " is " + Refusal.shown(pattern)
                    + " and gives no layer the window");
        }
    }

    private static boolean isSet(GgufValue value) {
        return switch (value) {
            case GgufValue.Whole(long whole) -> whole != 0;
            case GgufValue.Truth(boolean truth) -> truth;
            case GgufValue.Real real -> false;
            case GgufValue.Text text -> false;
            case GgufValue.Array array -> false;
        };
    }

    /** Normalization divides by the root of a variance plus this; ggml asserts that it is not negative. */
    private void epsilon(String name) {
        GgufValue value = header.metadata().get(key(name));
        if (value != null && !(value instanceof GgufValue.Real(double real) && real >= 0 && real <= MOST_EPSILON)) {
            throw refusal.because(key(name) + " is " + Refusal.shown(value) + ", not from 0 to " + MOST_EPSILON);
        }
    }

    private long bounded(String name, GgufValue value, long least, long most) {
        if (value instanceof GgufValue.Whole(long whole) && whole >= least && whole <= most) {
            return whole;
        }
        throw refusal.because(
                key(name) + " is " + Refusal.shown(value) + ", not a whole number from " + least + " to " + most);
    }

    private String key(String name) {
        return architecture + "." + name;
    }
}
