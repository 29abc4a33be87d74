package io.stoa.benchmark.harness;

import java.util.List;

/** What a model gave for one request, after the filters. */
public sealed interface Outcome {
    /**
     * Of a scored continuation or text.
     *
     * @param logLikelihood Σ ln p in nats
     * @param greedy whether every token was the likeliest; false where that is not known
     */
    record Likelihood(double logLikelihood, boolean greedy) implements Outcome {}

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
}
