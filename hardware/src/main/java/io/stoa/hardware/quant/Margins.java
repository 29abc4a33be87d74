package io.stoa.hardware.quant;

import static java.util.Objects.requireNonNull;

import java.util.OptionalDouble;

/**
 * What may be lost.
 *
 * @param divergence the mean KL(base ‖ model), in nats a token
 * @param flips the share of tokens for which another one becomes the likeliest
 * @param confidence of each decision, at all looks together, in (0, 1)
 */
public record Margins(double divergence, OptionalDouble flips, double confidence) {
    public Margins {
        requireNonNull(flips, "flips");
        if (!(divergence > 0 && divergence < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the largest KL divergence must be positive: " + divergence);
        }
        flips.ifPresent(share -> {
            if (!(share > 0 && share < 1)) {
                throw new IllegalArgumentException("the largest share of flips must lie between 0 and 1: " + share);
            }
        });
        if (!(confidence > 0.5 && confidence < 1)) {
            throw new IllegalArgumentException("confidence must lie between 0.5 and 1: " + confidence);
        }
    }

    /** 0.05 nats a token at 95 %. */
    public static Margins usual() {
        return new Margins(0.05, OptionalDouble.empty(), 0.95);
    }
}
