package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a model gave for one request, after the filters. */
public sealed interface Outcome {
    /**
     * Of a scored continuation or text.
     *
     * @param logLikelihood Σ ln p in nats
     * @param greedy whether every token was the likeliest; absent where that is not known
     */
    record Likelihood(double logLikelihood, Optional<Boolean> greedy) implements Outcome {
        public Likelihood {
            requireNonNull(greedy, "greedy");
        }
    }

    /**
     * Of a generation.
     *
     * @param answers those that the filters left, at least one
     * @param single whether the filters picked one answer rather than a list of them
     */
    record Text(List<String> answers, boolean single) implements Outcome {
        public Text {
            answers = List.copyOf(answers);
            if (answers.isEmpty() || (single && answers.size() > 1)) {
                throw new IllegalArgumentException("an outcome has at least one answer, a single one just one");
            }
        }

        /** The answer that counts. */
        public String first() {
            return answers.getFirst();
        }
    }

    /**
     * The likelihoods of all requests.
     *
     * @throws IllegalArgumentException where there are texts
     */
    static List<Likelihood> likelihoods(List<Outcome> outcomes) {
        return outcomes.stream().map(outcome -> as(Likelihood.class, outcome)).toList();
    }

    /**
     * The answer that counts, of a task with one request a document.
     *
     * @throws IllegalArgumentException where that is a likelihood
     */
    static String text(List<Outcome> outcomes) {
        return as(Text.class, outcomes.getFirst()).first();
    }

    private static <T extends Outcome> T as(Class<T> kind, Outcome outcome) {
        if (!kind.isInstance(outcome)) {
            throw new IllegalArgumentException("process_results scores a "
                    + kind.getSimpleName().toLowerCase(Locale.ROOT) + ", and the task's output_type gives a "
                    + outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        }
        return kind.cast(outcome);
    }
}
