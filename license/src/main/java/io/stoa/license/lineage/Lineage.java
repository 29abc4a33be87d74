package io.stoa.license.lineage;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Where a candidate comes from. Duties flow from the first step to the last.
 *
 * @param steps bases first, then the model, then Stoa's quantization of it; exactly one is the model
 * @param architecture the architecture that the GGUF file names, when there is a file
 * @param multimodal whether the model takes more than text, when that is known
 */
public record Lineage(List<Step> steps, Optional<String> architecture, Optional<Boolean> multimodal) {
    public Lineage {
        steps = List.copyOf(steps);
        requireNonNull(architecture, "architecture");
        requireNonNull(multimodal, "multimodal");
        long models = steps.stream()
                .filter(step -> step.relation() == Step.Relation.MODEL)
                .count();
        if (models != 1) {
            throw new IllegalArgumentException("a lineage has one model, not " + models);
        }
    }

    /** Whether Stoa quantized it: that changes the weights, whatever else is done to them. */
    public boolean quantizedByStoa() {
        return steps.stream().anyMatch(step -> step.relation() == Step.Relation.QUANTIZED);
    }
}
