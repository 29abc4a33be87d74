package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.judge.TestItem;
import io.stoa.integration.pipeline.Pipeline;
import io.stoa.integration.pipeline.Surroundings;
import io.stoa.model.StoaException;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A pipeline that every candidate has to work in, in the place of one of its models.
 *
 * @param pipeline as it was read
 * @param model the name that the pipeline gives the model in whose place a candidate is put
 * @param items what it is asked
 * @param k passages of a ranking that count
 * @param gates least shares by measure, such as {@code success} or {@code search/recall@5}
 * @param mostRisk the largest share of given answers that may be wrong
 * @param others opens everything that the pipeline names besides that model; asked when the first candidate runs
 */
public record PipelineTask(
        Pipeline pipeline,
        String model,
        TestItem.Items items,
        int k,
        Map<String, Double> gates,
        OptionalDouble mostRisk,
        Supplier<Surroundings> others) {
    public PipelineTask {
        requireNonNull(items, "items");
        requireNonNull(mostRisk, "mostRisk");
        requireNonNull(others, "others");
        gates = Map.copyOf(new TreeMap<>(gates));
        if (!pipeline.models().containsKey(model)) {
            throw StoaException.user("pipeline " + pipeline.name() + " has no model \"" + model + "\"; it has "
                    + String.join(", ", new TreeSet<>(pipeline.models().keySet())));
        }
        if (k < 1) {
            throw new IllegalArgumentException("a ranking is looked at to at least one passage: " + k);
        }
    }
}
