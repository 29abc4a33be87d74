package io.stoa.engine.llama;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgmlType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What to make of a file.
 *
 * @param type one of {@link LlamaRuntime#supportedQuantizations()}, such as {@code Q4_K_M}
 * @param importance how much each column of each matrix matters, for types that are fitted to it
 * @param tensors types of single tensors by their whole names, instead of those that {@code type} would give them
 */
public record QuantizationRecipe(String type, Optional<ImportanceMatrix> importance, Map<String, GgmlType> tensors) {
    public QuantizationRecipe {
        requireNonNull(type, "type");
        requireNonNull(importance, "importance");
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /** The plain type. */
    public static QuantizationRecipe of(String type) {
        return new QuantizationRecipe(type, Optional.empty(), Map.of());
    }
}
