package io.stoa.hardware.memory;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A tensor of a compute graph, reduced to what its allocation depends on.
 *
 * <p>Not a record: two tensors of equal shape are different tensors, so identity is the right equality.
 */
final class Tensor {
    private static final int FLOAT = 4;
    private static final int HALF = 2;

    /** Where a tensor's bytes come from. */
    enum Storage {
        /** Outside the graph: weights and the cache. */
        EXTERNAL,
        /** Filled in before the graph runs. */
        INPUT,
        /** Another tensor's bytes seen in another shape. */
        VIEW,
        /** Computed into bytes of its own. */
        COMPUTED,
        /** Computed into a source's bytes when nobody else needs them. */
        IN_PLACE
    }

    private final Storage storage;
    private final Shape shape;
    private final List<Tensor> sources;
    private final Optional<Tensor> root;
    private boolean output;

    private Tensor(Storage storage, Shape shape, List<Tensor> sources, Optional<Tensor> root) {
        this.storage = storage;
        this.shape = shape;
        this.sources = sources;
        this.root = root;
    }

    /** Weights or a cache; their shapes do not matter here. */
    static Tensor external() {
        return new Tensor(Storage.EXTERNAL, new Shape(0, 0, 0, 0, 0, true), List.of(), Optional.empty());
    }

    static Tensor input(int elementBytes, long... dimensions) {
        return new Tensor(Storage.INPUT, Shape.of(elementBytes, dimensions), List.of(), Optional.empty());
    }

    /** A result in 32-bit floats; the sources are in the operation's order, which decides the order of evaluation. */
    static Tensor computed(List<Tensor> sources, long... dimensions) {
        return new Tensor(Storage.COMPUTED, Shape.of(FLOAT, dimensions), sources, Optional.empty());
    }

    /** A result in 16-bit floats. */
    static Tensor halves(List<Tensor> sources, long... dimensions) {
        return new Tensor(Storage.COMPUTED, Shape.of(HALF, dimensions), sources, Optional.empty());
    }

    /** A result in the shape of the first source, which may take over the bytes of one of the sources. */
    static Tensor inPlace(Tensor first, Tensor... others) {
        List<Tensor> sources =
                Stream.concat(Stream.of(first), Stream.of(others)).toList();
        return new Tensor(Storage.IN_PLACE, first.shape.contiguousCopy(), sources, Optional.empty());
    }

    /** The same bytes in another, still contiguous, shape. */
    Tensor reshaped(long... dimensions) {
        return view(Shape.of(shape.elementBytes(), dimensions));
    }

    /** A part of the bytes, or the same in another order of dimensions. */
    Tensor strided(long... dimensions) {
        Shape contiguous = Shape.of(shape.elementBytes(), dimensions);
        return view(new Shape(
                contiguous.elementBytes(), contiguous.n0(), contiguous.n1(), contiguous.n2(), contiguous.n3(), false));
    }

    /** What writing these rows into a cache yields: a view of the cache. */
    static Tensor written(Tensor rows, Tensor indices, Tensor cache) {
        return new Tensor(Storage.VIEW, cache.shape, List.of(rows, indices, cache), Optional.of(cache));
    }

    private Tensor view(Shape shape) {
        return new Tensor(Storage.VIEW, shape, List.of(this), Optional.of(root.orElse(this)));
    }

    /** Marks a result that the caller reads: its bytes are never given away. */
    Tensor asOutput() {
        output = true;
        return this;
    }

    Storage storage() {
        return storage;
    }

    Shape shape() {
        return shape;
    }

    List<Tensor> sources() {
        return sources;
    }

    /** The tensor that owns the bytes which this view shows. */
    Optional<Tensor> root() {
        return root;
    }

    boolean isOutput() {
        return output;
    }

    /** Dimensions as ggml counts them, the contiguous one first, all four. */
    record Shape(int elementBytes, long n0, long n1, long n2, long n3, boolean contiguous) {
        static Shape of(int elementBytes, long... dimensions) {
            return new Shape(
                    elementBytes,
                    dimensions[0],
                    dimensions.length > 1 ? dimensions[1] : 1,
                    dimensions.length > 2 ? dimensions[2] : 1,
                    dimensions.length > 3 ? dimensions[3] : 1,
                    true);
        }

        Shape contiguousCopy() {
            return new Shape(elementBytes, n0, n1, n2, n3, true);
        }

        long bytes() {
            return Math.multiplyExact(elementBytes, elements());
        }

        long elements() {
            return Math.multiplyExact(Math.multiplyExact(n0, n1), Math.multiplyExact(n2, n3));
        }

        /** Whether a result of this shape can be written over bytes of the other. */
        boolean sameLayout(Shape other) {
            return contiguous && equals(other);
        }
    }
}
