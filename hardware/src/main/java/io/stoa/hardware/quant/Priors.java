package io.stoa.hardware.quant;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Published figures on what quantization costs. */
public final class Priors {
    /** Where the figures stand, and of what. */
    public static final String SOURCE =
            "LLaMA-3-8B on Wikitext-2 against F16, README of llama.cpp's perplexity tool; a better trained model loses"
                    + " more, a larger one less";

    private static final List<Prior> PUBLISHED = List.of(
            of("Q8_0", false, 0.001355, 0.000006, 0.0027, 0.9767),
            of("Q6_K", false, 0.005452, 0.000035, 0.0217, 0.9603),
            of("Q5_K_M", false, 0.010762, 0.000079, 0.0570),
            of("Q4_K_M", true, 0.028152, 0.000240, 0.1513),
            of("Q4_K_M", false, 0.031273, 0.000238, 0.1755, 0.9190),
            of("Q4_K_S", true, 0.031951, 0.000259, 0.1781),
            of("IQ4_XS", true, 0.036334, 0.000284, 0.2281),
            of("Q4_K_S", false, 0.043136, 0.000314, 0.2689),
            of("Q4_0", false, 0.071940, 0.000491, 0.4685),
            of("Q3_K_M", true, 0.084358, 0.000588, 0.5026),
            of("Q3_K_M", false, 0.101913, 0.000677, 0.6569),
            of("Q2_K", true, 0.332223, 0.001572, 2.4162),
            of("Q2_K", false, 0.445132, 0.001835, 3.5199, 0.7114),
            of("IQ1_S", true, 2.254554, 0.004868, 54.463));

    private Priors() {}

    private static Prior of(String type, boolean importance, double divergence, double error, double rise) {
        return new Prior(type, importance, divergence, error, rise, OptionalDouble.empty());
    }

    private static Prior of(
            String type, boolean importance, double divergence, double error, double rise, double sameTop) {
        return new Prior(type, importance, divergence, error, rise, OptionalDouble.of(sameTop));
    }

    /** The figures for a type, made with or without an importance matrix as asked; empty where nobody published any. */
    public static Optional<Prior> of(String type, boolean importance) {
        return PUBLISHED.stream()
                .filter(prior -> prior.type().equals(type) && prior.importance() == importance)
                .findFirst();
    }
}
