package io.stoa.hardware.memory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A compute graph in the order in which it is evaluated: sources before results, left before right, as ggml's {@code
 * ggml_build_forward_expand} orders it. The order matters because it decides which tensors live at the same time.
 */
final class Graph {
    private final List<Tensor> leaves = new ArrayList<>();
    private final List<Tensor> nodes = new ArrayList<>();
    private final Set<Tensor> seen = new HashSet<>();

    /** Adds a result and everything that it needs and that is not there yet. */
    void expand(Tensor tensor) {
        if (!seen.add(tensor)) {
            return;
        }
        tensor.sources().forEach(this::expand);
        switch (tensor.storage()) {
            case EXTERNAL, INPUT -> leaves.add(tensor);
            case VIEW, COMPUTED, IN_PLACE -> nodes.add(tensor);
        }
    }

    /** What nothing is computed into, in the order in which it was met. */
    List<Tensor> leaves() {
        return Collections.unmodifiableList(leaves);
    }

    /** The operations in the order in which they run. */
    List<Tensor> nodes() {
        return Collections.unmodifiableList(nodes);
    }
}
