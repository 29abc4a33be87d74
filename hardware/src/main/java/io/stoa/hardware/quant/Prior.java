package io.stoa.hardware.quant;

import static java.util.Objects.requireNonNull;

import java.util.OptionalDouble;

/**
 * What somebody published about a quantization of one model. Declared: it says what to expect, not what this model loses.
 *
 * @param type the quantization
 * @param importance whether it was made with an importance matrix
 * @param divergence the mean KL divergence, in nats a token
 * @param divergenceError its standard error
 * @param perplexityRise PPL(quantized) − PPL(base)
 * @param sameTop the share of tokens with the same likeliest token, where it was published
 */
public record Prior(
        String type,
        boolean importance,
        double divergence,
        double divergenceError,
        double perplexityRise,
        OptionalDouble sameTop) {
    public Prior {
        requireNonNull(type, "type");
        requireNonNull(sameTop, "sameTop");
    }
}
