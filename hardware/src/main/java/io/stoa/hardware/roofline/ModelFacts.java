package io.stoa.hardware.roofline;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.hardware.input.YamlPart;
import io.stoa.hardware.memory.ContextCache;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What running a model reads and computes, as far as it is known.
 *
 * @param name what people call it, with its quantization
 * @param sharedBytes bytes of the weights that every step reads: everything but routed experts and the token table
 * @param expertBytes bytes of all routed experts; 0 for a dense model
 * @param tableBytes bytes of the token table, of which a step reads single rows; 0 where it doubles as the output
 *     matrix
 * @param experts routed experts of a layer; 0 for a dense model
 * @param used experts that a token goes through
 * @param sharedParameters parameters that every prompt token is multiplied with, routed experts and the output matrix
 *     apart
 * @param expertParameters parameters of all routed experts
 * @param headParameters parameters of the output matrix, which only tokens that are followed by a generated one need
 * @param cache what a sequence keeps at a context; empty when unknown
 * @param layers layers, when known
 * @param width the residual stream's width, when known
 */
public record ModelFacts(
        String name,
        double sharedBytes,
        double expertBytes,
        double tableBytes,
        int experts,
        int used,
        double sharedParameters,
        double expertParameters,
        double headParameters,
        Optional<ContextCache> cache,
        OptionalInt layers,
        OptionalInt width) {
    /** Far more than any model has; beyond it a unit is wrong. */
    private static final double MOST_PARAMETERS = 1e14;

    public ModelFacts {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a model needs a name");
        }
        if (!(sharedBytes >= 0 && expertBytes >= 0 && tableBytes >= 0 && sharedBytes + expertBytes > 0)) {
            throw new IllegalArgumentException("the weights of " + name + " must have bytes");
        }
        if (!(sharedParameters >= 0 && expertParameters >= 0 && headParameters >= 0)
                || sharedParameters + expertParameters + headParameters > MOST_PARAMETERS) {
            throw new IllegalArgumentException("the number of parameters of " + name + " is not possible");
        }
        requireNonNull(cache, "cache");
        if (used < 0 || used > experts || (experts == 0) != (expertBytes == 0) || (experts > 0 && used == 0)) {
            throw new IllegalArgumentException(
                    "experts of " + name + " do not fit together: " + used + " of " + experts + " used");
        }
    }

    /**
     * A dense or mixture-of-experts model by the figures that are usually published.
     *
     * @param parameters all of them
     * @param activeParameters those that a token goes through; all of them for a dense model
     * @param bits average bits per weight of the whole file
     */
    public static ModelFacts published(
            String name,
            double parameters,
            double activeParameters,
            int experts,
            int used,
            double bits,
            Optional<ContextCache> cache,
            OptionalInt layers,
            OptionalInt width) {
        if (!(parameters > 0 && activeParameters > 0 && activeParameters <= parameters)) {
            throw new IllegalArgumentException("active parameters of " + name + " must be at most all of them");
        }
        if ((experts == 0) != (parameters == activeParameters)) {
            throw new IllegalArgumentException(
                    name + ": a model with fewer active parameters has experts, and only such a model");
        }
        // All = shared + experts, active = shared + experts · used ÷ all experts.
        double routed = experts == 0 ? 0 : (parameters - activeParameters) / (1 - (double) used / experts);
        double shared = parameters - routed;
        if (shared < 0) {
            throw new IllegalArgumentException(name + ": " + used + " of " + experts
                    + " experts cannot make so few active parameters of so many; check the figures");
        }
        double bytes = bits / 8;
        return new ModelFacts(
                name,
                shared * bytes,
                routed * bytes,
                0,
                experts,
                experts == 0 ? 0 : used,
                shared,
                routed,
                0,
                cache,
                layers,
                width);
    }

    /** What a GGUF header says. The cache is known for the architectures whose memory is. */
    public static ModelFacts of(String name, GgufHeader header) {
        double shared = 0;
        double routed = 0;
        double sharedParameters = 0;
        double routedParameters = 0;
        double tableBytes = 0;
        double table = 0;
        double head = 0;
        for (GgufTensor tensor : header.tensors()) {
            double elements =
                    tensor.shape().stream().mapToDouble(Long::doubleValue).reduce(1, (a, b) -> a * b);
            if (tensor.name().equals("token_embd.weight")) {
                tableBytes = (double) tensor.bytes();
                table = elements;
            } else if (tensor.name().contains("_exps.")) {
                routed += (double) tensor.bytes();
                routedParameters += elements;
            } else {
                shared += (double) tensor.bytes();
                if (tensor.name().equals("output.weight")) {
                    head = elements;
                } else {
                    sharedParameters += elements;
                }
            }
        }
        boolean tied = head == 0;
        int experts = (int) header.hyperParameter("expert_count").orElse(0);
        int used = (int) header.hyperParameter("expert_used_count").orElse(0);
        return new ModelFacts(
                name,
                shared + (tied ? tableBytes : 0),
                routed,
                tied ? 0 : tableBytes,
                routed > 0 ? experts : 0,
                routed > 0 ? used : 0,
                sharedParameters,
                routedParameters,
                tied ? table : head,
                ContextCache.of(header),
                whole(header, "block_count"),
                whole(header, "embedding_length"));
    }

    /**
     * Reads {@code {name, parameters, active-parameters, experts, used-experts, layers, width, kv-heads, key-length,
     * value-length, kv-bytes-per-token}} and gives it some bits per weight.
     */
    public static ModelFacts read(YamlPart part, String name, double bits) {
        double parameters = part.number("parameters", 1e4, MOST_PARAMETERS);
        double active =
                part.optionalNumber("active-parameters", 1e4, parameters).orElse(parameters);
        int layers = part.integer("layers", 1, 10_000, 0);
        int width = part.integer("width", 1, 1_000_000, 0);
        Optional<ContextCache> cache = cache(part, layers);
        try {
            return published(
                    name,
                    parameters,
                    active,
                    part.integer("experts", 1, 100_000, 0),
                    part.integer("used-experts", 1, 100_000, 0),
                    bits,
                    cache,
                    layers == 0 ? OptionalInt.empty() : OptionalInt.of(layers),
                    width == 0 ? OptionalInt.empty() : OptionalInt.of(width));
        } catch (IllegalArgumentException e) {
            throw part.wrong(String.valueOf(e.getMessage()));
        }
    }

    /** By tokens alone: windows and states are known from a file's header only. */
    private static Optional<ContextCache> cache(YamlPart part, int layers) {
        int heads = part.integer("kv-heads", 1, 100_000, 1);
        OptionalDouble perToken = part.optionalNumber("kv-bytes-per-token", 0, 1e9);
        if (perToken.isPresent()) {
            return Optional.of(ContextCache.linear(perToken.getAsDouble(), heads));
        }
        if (!part.has("kv-heads")) {
            return Optional.empty();
        }
        if (layers == 0) {
            throw part.wrong("kv-heads", "say how many layers there are, too");
        }
        double keys = part.number("key-length", 1, 100_000);
        double values = part.optionalNumber("value-length", 1, 100_000).orElse(keys);
        return Optional.of(ContextCache.linear(2.0 * layers * heads * (keys + values), heads));
    }

    private static OptionalInt whole(GgufHeader header, String key) {
        long value = header.hyperParameter(key).orElse(0);
        return value > 0 && value < Integer.MAX_VALUE ? OptionalInt.of((int) value) : OptionalInt.empty();
    }

    /** The same at another average number of bits per weight, under another name. */
    public ModelFacts atBits(String newName, double bits) {
        double now = 8 * weightBytes() / parameters();
        double factor = bits / now;
        return new ModelFacts(
                newName,
                sharedBytes * factor,
                expertBytes * factor,
                tableBytes * factor,
                experts,
                used,
                sharedParameters,
                expertParameters,
                headParameters,
                cache,
                layers,
                width);
    }

    /** All weights, as they lie in memory. */
    public double weightBytes() {
        return sharedBytes + expertBytes + tableBytes;
    }

    /** All parameters but, where it is stored apart, the token table's, which is as large as the output matrix. */
    private double parameters() {
        return sharedParameters + expertParameters + headParameters + (tableBytes > 0 ? headParameters : 0);
    }

    /** Parameters that a prompt token is multiplied with. */
    public double promptParameters() {
        return sharedParameters + activeExpertParameters();
    }

    /** Parameters that a generated token is multiplied with. */
    public double activeParameters() {
        return promptParameters() + headParameters;
    }

    private double activeExpertParameters() {
        return experts == 0 ? 0 : expertParameters * used / experts;
    }

    /** Weight bytes that a step reads at least: every token goes to the same experts. */
    public double leastStepBytes() {
        return sharedBytes + (experts == 0 ? 0 : expertBytes * used / experts);
    }

    /** Weight bytes that a step of some tokens reads when each token's experts are drawn evenly and independently. */
    public double expectedStepBytes(double tokens) {
        return sharedBytes + (experts == 0 ? 0 : expertBytes * distinctExperts(experts, used, tokens) / experts);
    }

    /** The expected number of distinct experts, E · (1 − (1 − k/E)^B). */
    public static double distinctExperts(int experts, int used, double tokens) {
        return experts * (1 - Math.pow(1 - (double) used / experts, tokens));
    }
}
