package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

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
     * @param greedy whether every token was the likeliest; absent where that is not known
     */
    record Likelihood(double logLikelihood, Optional<Boolean> greedy) implements RawAnswer {
        public Likelihood {
            requireNonNull(greedy, "greedy");
        }

        Likelihood(double logLikelihood, boolean greedy) {
            this(logLikelihood, Optional.of(greedy));
        }
    }
}
