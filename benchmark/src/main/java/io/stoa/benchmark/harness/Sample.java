package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One document that was scored, behind one filter: a line of the harness' {@code samples} files.
 *
 * @param index of the document
 * @param document its columns
 * @param target gives the right answer, as the task has it
 * @param requests what was asked; none where that is not known
 * @param raw what was answered, before the filters
 * @param filter the pipeline's name
 * @param outcomes behind it
 * @param scores what the document contributes to each metric
 */
record Sample(
        int index,
        ObjectNode document,
        Supplier<JsonNode> target,
        List<Request> requests,
        List<RawAnswer> raw,
        String filter,
        List<Outcome> outcomes,
        SequencedMap<String, Measured> scores) {
    Sample {
        requireNonNull(document, "document");
        requests = List.copyOf(requests);
        raw = List.copyOf(raw);
        outcomes = List.copyOf(outcomes);
        scores = new LinkedHashMap<>(scores);
    }
}
