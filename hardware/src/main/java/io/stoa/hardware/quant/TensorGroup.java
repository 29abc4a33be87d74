package io.stoa.hardware.quant;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tensors that get one type: the attention of a layer, its feed-forward, what else it has, or a matrix outside the
 * layers.
 *
 * @param name such as {@code layer 3, feed-forward}
 * @param tensors at least one
 */
record TensorGroup(String name, List<GgufTensor> tensors) {
    private static final Pattern LAYER = Pattern.compile("^blk\\.(\\d+)\\.(attn|ffn|)");

    TensorGroup {
        requireNonNull(name, "name");
        tensors = List.copyOf(tensors);
    }

    /** The groups of the tensors that can be quantized, in file order. */
    static List<TensorGroup> of(List<GgufTensor> tensors, Set<String> quantizable) {
        Map<String, List<GgufTensor>> groups = new LinkedHashMap<>();
        for (GgufTensor tensor : tensors) {
            if (quantizable.contains(tensor.name())) {
                groups.computeIfAbsent(group(tensor.name()), _ -> new ArrayList<>())
                        .add(tensor);
            }
        }
        return groups.entrySet().stream()
                .map(group -> new TensorGroup(group.getKey(), group.getValue()))
                .toList();
    }

    private static String group(String name) {
        Matcher layer = LAYER.matcher(name);
        if (!layer.find()) {
            return name;
        }
        String part = switch (layer.group(2)) {
            case "attn" -> "attention";
            case "ffn" -> "feed-forward";
            case null, default -> "other";
        };
        return "layer " + layer.group(1) + ", " + part;
    }

    /** Its size in a type. */
    long bytes(GgmlType type) {
        return tensors.stream()
                .mapToLong(tensor -> tensor.elements() / type.blockElements() * type.blockBytes())
                .sum();
    }

    /** Whether the rows of all its tensors are whole blocks of a type. */
    boolean fits(GgmlType type) {
        return tensors.stream().allMatch(tensor -> tensor.shape().getFirst() % type.blockElements() == 0);
    }

    /** The type that its tensors have in the base; of several the first. */
    GgmlType baseType() {
        return tensors.getFirst().type();
    }
}
