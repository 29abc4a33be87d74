package io.stoa.integration.pipeline;

import io.stoa.model.Spelling;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What an expression may refer to at its place: the pipeline's inputs, and stages that are done by then. */
final class Names {
    static final String JSON = "json";

    private final Map<String, Known> known;
    /** Names of stages that exist somewhere, for better messages. */
    private final Set<String> elsewhere;

    private Names(Map<String, Known> known, Set<String> elsewhere) {
        this.known = known;
        this.elsewhere = elsewhere;
    }

    static Names of(SequencedMap<String, ValueType> inputs) {
        Map<String, Known> known = new LinkedHashMap<>();
        inputs.forEach((name, type) -> known.put(name, new Known.Input(type)));
        return new Names(known, new HashSet<>());
    }

    /** The names inside a branch: those outside, and what is added there without being known outside. */
    Names within() {
        return new Names(new HashMap<>(known), elsewhere);
    }

    void add(String stage, Known.StageOutputs outputs) {
        known.put(stage, outputs);
        elsewhere.add(stage);
    }

    Optional<Known> find(String name) {
        return Optional.ofNullable(known.get(name));
    }

    boolean isTaken(String name) {
        return known.containsKey(name);
    }

    /** Why a name cannot be referred to. */
    String missing(String name) {
        return elsewhere.contains(name)
                ? "is a stage inside a branch, of which only the branch's result comes out"
                : "is neither an input nor a stage"
                        + Spelling.hint(name, known.keySet()).orElse("");
    }

    /** What a name stands for. */
    sealed interface Known {
        record Input(ValueType type) implements Known {}

        /**
         * What a stage gives.
         *
         * @param main what is meant when only the stage is named
         * @param schema of its JSON, when that is known
         */
        record StageOutputs(SequencedMap<String, ValueType> types, Optional<String> main, Optional<JsonNode> schema)
                implements Known {}
    }
}
