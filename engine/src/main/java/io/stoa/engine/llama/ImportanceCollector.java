package io.stoa.engine.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stoa.model.StoaException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Watches each product of a matrix and activations while a text is read, and adds up the activations' squares column by
 * column, as llama-imatrix does: only matrices of layers, only products of at least 16 rows, experts apart.
 *
 * <p>It reads {@code struct ggml_tensor} of llama.cpp v0.5.0 (ggml.h) by offset: type 0, buffer 8, ne 16, nb 48, op 80,
 * src 152, data 248, name 256; whether {@code enum ggml_op} has the numbers below is asked of the library first.
 */
final class ImportanceCollector {
    private static final int MUL_MAT = 29;
    private static final int MUL_MAT_ID = 30;
    private static final int TENSOR_BYTES = 336;
    private static final int FEWEST_ROWS = 16;
    private static final int NAME_BYTES = 64;

    /** {@code GGML_TYPE_F32}. */
    private static final int SINGLE = 0;

    private final LlamaLibrary library;
    private final SortedMap<String, Sums> sums = new TreeMap<>();
    private Optional<Throwable> failure = Optional.empty();

    /** What has been added up of one matrix. */
    private static final class Sums {
        private final float[] squares;
        private final float[] counts;

        Sums(int columns, int experts, int counts) {
            this.squares = new float[Math.multiplyExact(columns, experts)];
            this.counts = new float[counts];
        }

        void addSquares(float[] row, int expert) {
            int start = expert * row.length;
            for (int i = 0; i < row.length; i++) {
                squares[start + i] += row[i] * row[i];
            }
        }
    }

    ImportanceCollector(LlamaLibrary library) {
        this.library = library;
        if (!library.operationName(MUL_MAT).equals("MUL_MAT")
                || !library.operationName(MUL_MAT_ID).equals("MUL_MAT_ID")) {
            throw StoaException.user(library.path() + ": numbers its operations in another way than llama.cpp v0.5.0:"
                    + " unset STOA_LLAMA_LIB to use the library that Stoa brings");
        }
    }

    /** The pointer that llama.cpp calls ({@code ggml_backend_sched_eval_callback}); lives as long as the arena. */
    MemorySegment stub(Arena arena) {
        try {
            return Linker.nativeLinker()
                    .upcallStub(
                            MethodHandles.lookup()
                                    .findVirtual(
                                            ImportanceCollector.class,
                                            "see",
                                            MethodType.methodType(
                                                    boolean.class,
                                                    MemorySegment.class,
                                                    boolean.class,
                                                    MemorySegment.class))
                                    .bindTo(this),
                            FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_BOOLEAN, ADDRESS),
                            arena);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the callback is in this class", e);
        }
    }

    /** Whether a tensor is wanted, and then what it holds. Must not throw: that would end the process. */
    @SuppressWarnings("UnusedMethod") // native code calls it
    private boolean see(MemorySegment pointer, boolean ask, @SuppressWarnings("unused") MemorySegment userData) {
        try {
            MemorySegment product = pointer.reinterpret(TENSOR_BYTES);
            int operation = product.get(JAVA_INT, 80);
            if (operation != MUL_MAT && operation != MUL_MAT_ID) {
                return false;
            }
            MemorySegment matrix = product.get(ADDRESS, 152).reinterpret(TENSOR_BYTES);
            MemorySegment activations = product.get(ADDRESS, 160).reinterpret(TENSOR_BYTES);
            if (ask) {
                return operation == MUL_MAT_ID
                        || (size(activations, 1) >= FEWEST_ROWS
                                && activations.get(JAVA_INT, 0) == SINGLE
                                && name(matrix).startsWith("blk."));
            }
            if (!library.isHostMemory(activations.get(ADDRESS, 8))) {
                throw StoaException.engine(
                        "the activations are on another device: run this with a library for the processor alone");
            }
            if (operation == MUL_MAT) {
                addProduct(matrix, activations);
            } else {
                addExperts(matrix, activations, product.get(ADDRESS, 168).reinterpret(TENSOR_BYTES));
            }
            return true;
        } catch (Throwable e) {
            failure = failure.or(() -> Optional.of(e));
            return false;
        }
    }

    private void addProduct(MemorySegment matrix, MemorySegment activations) {
        int columns = Math.toIntExact(size(activations, 0));
        int matrices = Math.toIntExact(size(matrix, 2) * size(matrix, 3));
        Sums to = sums.computeIfAbsent(name(matrix), _ -> new Sums(columns, matrices, 1));
        float[] row = new float[columns];
        for (long outer = 0; outer < size(activations, 3); outer++) {
            for (long inner = 0; inner < size(activations, 2); inner++) {
                long which = outer % size(matrix, 3) * size(matrix, 2) + inner % size(matrix, 2);
                for (long at = 0; at < size(activations, 1); at++) {
                    readRow(activations, at, inner, outer, row);
                    to.addSquares(row, (int) which);
                }
            }
        }
        to.counts[0] += (float) size(activations, 1) * size(activations, 2) * size(activations, 3) / matrices;
    }

    private void addExperts(MemorySegment matrix, MemorySegment activations, MemorySegment chosen) {
        int columns = Math.toIntExact(size(activations, 0));
        int experts = Math.toIntExact(size(matrix, 2));
        Sums to = sums.computeIfAbsent(name(matrix), _ -> new Sums(columns, experts, experts));
        long tokens = size(activations, 2);
        MemorySegment ids = chosen.get(ADDRESS, 248)
                .reinterpret(stride(chosen, 1) * (tokens - 1) + stride(chosen, 0) * size(chosen, 0));
        float[] row = new float[columns];
        for (long place = 0; place < size(chosen, 0); place++) {
            for (long token = 0; token < tokens; token++) {
                int expert = ids.get(JAVA_INT, token * stride(chosen, 1) + place * stride(chosen, 0));
                if (expert < 0 || expert >= experts) {
                    throw StoaException.engine(
                            name(matrix) + ": llama.cpp chose the expert " + expert + " of " + experts);
                }
                readRow(activations, place % size(activations, 1), token, 0, row);
                to.addSquares(row, expert);
                to.counts[expert]++;
            }
        }
    }

    private static void readRow(MemorySegment tensor, long at, long inner, long outer, float[] row) {
        long offset = at * stride(tensor, 1) + inner * stride(tensor, 2) + outer * stride(tensor, 3);
        MemorySegment data = tensor.get(ADDRESS, 248).reinterpret(offset + (long) row.length * Float.BYTES);
        MemorySegment.copy(data, JAVA_FLOAT, offset, row, 0, row.length);
    }

    private static long size(MemorySegment tensor, int dimension) {
        return tensor.get(JAVA_LONG, 16 + 8L * dimension);
    }

    private static long stride(MemorySegment tensor, int dimension) {
        return tensor.get(JAVA_LONG, 48 + 8L * dimension);
    }

    /** The matrix's name, without the backend's prefix ({@code CUDA0#blk.0.attn_k.weight#0}). */
    private static String name(MemorySegment tensor) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < NAME_BYTES && tensor.get(JAVA_BYTE, 256 + i) != 0; i++) {
            name.append((char) (tensor.get(JAVA_BYTE, 256 + i) & 0xff));
        }
        String[] parts = name.toString().split("#", -1);
        return parts.length > 1 ? parts[1] : parts[0];
    }

    /** What was seen. What went wrong meanwhile comes out here. */
    ImportanceMatrix matrix(List<String> texts, int windows, int window) {
        rethrow();
        if (sums.isEmpty()) {
            throw StoaException.engine("llama.cpp multiplied no matrix of a layer with activations of 16 rows or more;"
                    + " this architecture has no importance matrix");
        }
        SortedMap<String, ImportanceMatrix.Entry> entries = new TreeMap<>();
        sums.forEach((name, sum) -> {
            try {
                entries.put(name, new ImportanceMatrix.Entry(sum.squares, sum.counts));
            } catch (IllegalArgumentException e) {
                throw new StoaException(
                        StoaException.Kind.ENGINE,
                        name + " " + e.getMessage() + ": the model's weights are damaged",
                        e);
            }
        });
        return new ImportanceMatrix(entries, texts, windows, window);
    }

    /** Throws what went wrong in a callback, where nothing may be thrown. */
    void rethrow() {
        failure.ifPresent(e -> {
            switch (e) {
                case RuntimeException runtime -> throw runtime;
                case Error error -> throw error;
                default -> throw new IllegalStateException("the callback declares no checked exception", e);
            }
        });
    }
}
