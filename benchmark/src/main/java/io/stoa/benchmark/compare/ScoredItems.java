package io.stoa.benchmark.compare;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one model's answers were worth.
 *
 * @param model its name
 * @param scores of each item by its id, in [0, 1]; empty where the model gave no answer
 * @param clusters the cluster of each item by its id, such as its subject; empty where none were declared
 */
public record ScoredItems(String model, Map<String, Optional<Double>> scores, Map<String, String> clusters) {
    public ScoredItems {
        scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
        clusters = Map.copyOf(clusters);
        if (model.isBlank() || scores.isEmpty()) {
            throw new IllegalArgumentException(
                    "scores belong to a named model and to at least one item: \"" + model + "\"");
        }
        for (Map.Entry<String, Optional<Double>> entry : scores.entrySet()) {
            double score = entry.getValue().orElse(0.0);
            if (!(score >= 0 && score <= 1)) {
                throw new IllegalArgumentException(
                        model + ", item " + entry.getKey() + ": a score lies in [0, 1], not " + score);
            }
        }
    }

    /** How many items have no answer. */
    public int unanswered() {
        return (int) scores.values().stream().filter(Optional::isEmpty).count();
    }

    /** The scores of given items; what was not answered is worth 0. */
    List<Double> of(List<String> ids) {
        return ids.stream()
                .map(id -> scores.getOrDefault(id, Optional.empty()).orElse(0.0))
                .toList();
    }
}
