package io.stoa.benchmark.harness;

import java.util.List;

/** What an engine gave for one request, as it came. */
public sealed interface RawAnswer {
    /** The answers to one generation, as many as the task repeats it. */
    record Texts(List<String> texts) implements RawAnswer {
        public Texts {
            texts = List.copyOf(texts);
            if (texts.isEmpty()) {
                throw new IllegalArgumentException("a generation has at least one answer, which may be empty");
            }
        }
    }

    /**
     * A likelihood.
     *
     * @param logLikelihood Σ ln p in nats
     * @param greedy whether every token was the likeliest
     */
    record Likelihood(double logLikelihood, boolean greedy) implements RawAnswer {}
}
