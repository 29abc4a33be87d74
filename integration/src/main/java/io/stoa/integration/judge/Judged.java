package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What an item came to: one try or several.
 *
 * @param item its id
 * @param ofCase the case that it is a step of
 * @param answerable whether it has an answer
 * @param tries at least one
 */
public record Judged(String item, Optional<String> ofCase, boolean answerable, List<Try> tries) {
    /** The measure that says whether everything that an item wants was so. */
    public static final String SUCCESS = "success";

    public Judged {
        requireNonNull(ofCase, "ofCase");
        tries = List.copyOf(tries);
        if (item.isBlank() || tries.isEmpty()) {
            throw new IllegalArgumentException("a judged item has an id and at least one try: " + item);
        }
    }

    /**
     * One try.
     *
     * @param scores in [0, 1] by measure: those that the item says something about; {@link #SUCCESS} is always there
     * @param answer what was said, shortened
     * @param answered whether anything was answered instead of declined
     * @param confidence where the pipeline tells one
     * @param problem why it was not right; empty when it was
     * @param seconds it took, by stage
     * @param promptTokens read by models
     * @param answerTokens written by models
     * @param cost in the unit of the pipeline's prices
     */
    public record Try(
            Map<String, Double> scores,
            String answer,
            boolean answered,
            OptionalDouble confidence,
            String problem,
            Map<String, Double> seconds,
            long promptTokens,
            long answerTokens,
            double cost) {
        public Try {
            requireNonNull(answer, "answer");
            requireNonNull(confidence, "confidence");
            requireNonNull(problem, "problem");
            scores = Collections.unmodifiableMap(new TreeMap<>(scores));
            seconds = Collections.unmodifiableMap(new TreeMap<>(seconds));
            if (!scores.containsKey(SUCCESS)) {
                throw new IllegalArgumentException("a try is a success or it is not: " + scores.keySet());
            }
            scores.forEach((measure, score) -> {
                if (!(score >= 0 && score <= 1)) {
                    throw new IllegalArgumentException(measure + " is not in [0, 1]: " + score);
                }
            });
        }

        public boolean success() {
            return scores.getOrDefault(SUCCESS, 0.0) == 1;
        }

        public double totalSeconds() {
            return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    /** The mean over the tries; absent where the measure does not say anything about this item. */
    public OptionalDouble score(String measure) {
        return tries.stream()
                .filter(one -> one.scores().containsKey(measure))
                .mapToDouble(one -> one.scores().getOrDefault(measure, 0.0))
                .average();
    }

    public int successes() {
        return (int) tries.stream().filter(Try::success).count();
    }
}
