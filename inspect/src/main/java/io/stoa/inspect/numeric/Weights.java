package io.stoa.inspect.numeric;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The tensors of a model file as rows of floats, read when asked for. */
public interface Weights extends AutoCloseable {
    /**
     * One tensor.
     *
     * @param name its name in GGUF's way
     * @param rowLength the elements of a row, the contiguous dimension
     * @param rows how many rows, all other dimensions together
     * @param type the name of its type
     * @param exact whether the type holds floating-point numbers, not blocks
     * @param decoded whether its rows can be read
     */
    record Tensor(String name, long rowLength, long rows, String type, boolean exact, boolean decoded) {
        /** Whether it is a vector, as norms and biases are. */
        public boolean vector() {
            return rows == 1;
        }
    }

    /** All tensors in file order. */
    List<Tensor> tensors();

    /** Elements of one row of a tensor that can be decoded, from its beginning, at most 65,536. */
    float[] row(Tensor tensor, long row) throws IOException;

    /** The tensor of a name. */
    default Optional<Tensor> find(String name) {
        return tensors().stream().filter(tensor -> tensor.name().equals(name)).findFirst();
    }

    @Override
    void close() throws IOException;
}
