package io.stoa.hardware.memory;

import static java.util.Comparator.reverseOrder;

import io.stoa.hardware.memory.Tensor.Storage;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The size of the buffer that holds all intermediate tensors of a graph, by the rules of ggml's graph allocator
 * (ggml-alloc.c at ggml 0.25.1):
 *
 * <ul>
 *   <li>inputs are placed first, in the order in which they were met; then each result when it is computed;
 *   <li>a result whose operation allows it takes the place of the first source of the same layout that owns its bytes,
 *       is no output, and has no other reader or view;
 *   <li>any other result goes into the smallest gap that holds it, or else at the end;
 *   <li>a place is free again when its last reader and the last view of it have been read; outputs stay;
 *   <li>sizes are rounded up to 32 bytes.
 * </ul>
 */
final class GraphAllocator {
    private static final long ALIGNMENT = 32;

    /** The size of the last gap, which grows the buffer. */
    private static final long ENDLESS = Long.MAX_VALUE;

    private final Map<Tensor, Use> uses = new HashMap<>();
    private final TreeMap<Long, Long> gaps = new TreeMap<>();
    private long size;

    private GraphAllocator() {
        gaps.put(0L, ENDLESS);
    }

    /** Who still needs a tensor, and where it lies. */
    private static final class Use {
        private int readers;
        private int views;
        private long offset;
        private boolean owned;
    }

    /** The bytes that the graph needs. */
    static long bytes(Graph graph) {
        GraphAllocator allocator = new GraphAllocator();
        allocator.run(graph);
        return allocator.size;
    }

    private void run(Graph graph) {
        graph.leaves().forEach(this::place);
        for (Tensor node : graph.nodes()) {
            node.root().ifPresent(root -> use(root).views++);
            node.sources().forEach(source -> use(source).readers++);
        }
        for (Tensor node : graph.nodes()) {
            place(node);
            node.sources().forEach(this::release);
        }
    }

    private void place(Tensor tensor) {
        switch (tensor.storage()) {
            case EXTERNAL, VIEW -> {}
            case INPUT, COMPUTED -> allocate(tensor);
            case IN_PLACE ->
                heir(tensor)
                        .ifPresentOrElse(
                                source -> {
                                    use(tensor).offset = use(source).offset;
                                    use(tensor).owned = true;
                                    use(source).owned = false;
                                },
                                () -> allocate(tensor));
        }
    }

    /** The source whose place the result may take. */
    private Optional<Tensor> heir(Tensor result) {
        return result.sources().stream()
                .filter(source -> use(source).owned && !source.isOutput())
                .filter(source -> result.shape().sameLayout(source.shape()))
                .filter(source -> use(source).readers == 1 && use(source).views == 0)
                .findFirst();
    }

    private void release(Tensor source) {
        Use use = use(source);
        use.readers--;
        if (use.readers > 0 || use.views > 0) {
            return;
        }
        if (source.storage() == Storage.VIEW) {
            Tensor root = source.root().orElseThrow();
            use(root).views--;
            if (use(root).views == 0 && use(root).readers == 0) {
                free(root);
            }
        } else {
            free(source);
        }
    }

    private void allocate(Tensor tensor) {
        long bytes = MemorySettings.roundUp(tensor.shape().bytes(), ALIGNMENT);
        long end = gaps.lastKey();
        Map.Entry<Long, Long> gap = gaps.headMap(end).entrySet().stream()
                .filter(inner -> inner.getValue() >= bytes)
                .min(Map.Entry.<Long, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey(reverseOrder())))
                .orElseGet(() -> Map.entry(end, ENDLESS));
        long offset = gap.getKey();
        long room = gap.getValue();
        // Not before both are read: removing may move another gap into this entry.
        gaps.remove(offset);
        if (room == ENDLESS) {
            gaps.put(offset + bytes, ENDLESS);
        } else if (room > bytes) {
            gaps.put(offset + bytes, room - bytes);
        }
        use(tensor).offset = offset;
        use(tensor).owned = true;
        size = Math.max(size, offset + bytes);
    }

    private void free(Tensor tensor) {
        Use use = use(tensor);
        if (!use.owned || tensor.isOutput()) {
            return;
        }
        use.owned = false;
        long start = use.offset;
        long end = start + MemorySettings.roundUp(tensor.shape().bytes(), ALIGNMENT);
        Map.Entry<Long, Long> before = gaps.floorEntry(start);
        if (before != null && before.getKey() + before.getValue() == start) {
            start = before.getKey();
        }
        Long after = gaps.remove(end);
        if (after == null) {
            gaps.put(start, end - start);
        } else if (after == ENDLESS) {
            gaps.put(start, ENDLESS);
        } else {
            gaps.put(start, end + after - start);
        }
    }

    private Use use(Tensor tensor) {
        return uses.computeIfAbsent(tensor, key -> new Use());
    }
}
