package io.stoa.engine.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.stoa.model.StoaException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** One context: a sequence of tokens that the model has read, and what it computed last. Not for several threads. */
final class LlamaContext implements AutoCloseable {
    /** What {@code llama_decode} returns after the abort callback said true. */
    private static final int ABORTED = 2;

    private final LlamaLibrary library;
    private final LlamaModel model;
    private final Arena arena;
    private final MemorySegment context;
    private final MemorySegment memory;
    private final int batchTokens;
    private final MemorySegment tokens;
    private final MemorySegment positions;
    private final MemorySegment outputs;
    private final MemorySegment batch;
    private final Abort abort;
    private int lastCount;
    private boolean closed;

    /** Which of the tokens of a decode give logits. */
    enum Outputs {
        NONE,
        LAST,
        ALL
    }

    private LlamaContext(LlamaLibrary library, LlamaModel model, Arena arena, MemorySegment context, Abort abort) {
        this.library = library;
        this.model = model;
        this.arena = arena;
        this.context = context;
        this.memory = library.memory(context);
        this.batchTokens = library.batchTokens(context);
        this.abort = abort;
        this.tokens = arena.allocate(JAVA_INT, batchTokens);
        this.positions = arena.allocate(JAVA_INT, batchTokens);
        this.outputs = arena.allocate(batchTokens);
        MemorySegment sequenceCounts = arena.allocate(JAVA_INT, batchTokens);
        MemorySegment sequenceIds = arena.allocate(ADDRESS, batchTokens);
        MemorySegment sequenceZero = arena.allocateFrom(JAVA_INT, 0);
        for (int i = 0; i < batchTokens; i++) {
            sequenceCounts.setAtIndex(JAVA_INT, i, 1);
            sequenceIds.setAtIndex(ADDRESS, i, sequenceZero);
        }
        this.batch = LlamaLibrary.batch(arena, tokens, positions, sequenceCounts, sequenceIds, outputs);
    }

    /**
     * Makes a context.
     *
     * @param embeddings how embeddings are pooled, when it is for embeddings
     * @throws StoaException of kind {@code ENGINE} with what llama.cpp said
     */
    @SuppressWarnings("MustBeClosedChecker") // the context owns the arena and closes it
    static LlamaContext open(
            LlamaLibrary library,
            LlamaLog log,
            LlamaModel model,
            LlamaLibrary.ContextShape shape,
            Optional<LlamaLibrary.Pooling> embeddings) {
        // Shared, because whoever closes the engine need not be the thread that opened it.
        Arena arena = Arena.ofShared();
        try {
            Abort abort = new Abort();
            MemorySegment stub = abort.stub(arena);
            LlamaLog.Logged<MemorySegment> made =
                    log.during(() -> library.newContext(model.pointer(), shape, embeddings, stub));
            if (made.result().address() == 0) {
                throw StoaException.engine("llama.cpp " + library.version() + " cannot make a context of "
                        + shape.tokens() + " tokens: " + made.complaints() + "; try a smaller one");
            }
            return new LlamaContext(library, model, arena, made.result(), abort);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Whether it remembers what it read. One that does not cannot continue a text, only embed it. */
    boolean hasMemory() {
        return memory.address() != 0;
    }

    MemoryReport memoryReport() {
        return library.memoryReport(pointer());
    }

    /** Forgets everything. */
    void clear() {
        pointer();
        if (hasMemory()) {
            library.clear(memory);
        }
    }

    /** Forgets what comes at a position and after it. False when this kind of model cannot: then clear, read again. */
    boolean removeFrom(int position) {
        pointer();
        return library.removeFrom(memory, position);
    }

    /**
     * Reads tokens, in as many batches as needed; the wanted logits are those of the last batch.
     *
     * @param ids at least one; with {@link Outputs#ALL} no more than a batch
     * @param position where the first of them stands
     * @param cancelled ends the work when it turns true; polled inside the computation
     * @return false when it was cancelled; the context must then be cleared
     */
    boolean decode(int[] ids, int position, Outputs wanted, BooleanSupplier cancelled) {
        if (wanted == Outputs.ALL && ids.length > batchTokens) {
            throw new IllegalArgumentException(ids.length + " tokens do not fit one batch of " + batchTokens);
        }
        for (int start = 0; start < ids.length; start += batchTokens) {
            int count = Math.min(batchTokens, ids.length - start);
            fill(ids, start, count, position + start, wanted, start + count == ids.length);
            int status = abort.during(cancelled, () -> library.decode(pointer(), batch));
            if (status == ABORTED) {
                return false;
            }
            check(status, ids.length);
        }
        return true;
    }

    /** Reads a whole text, of no more tokens than a batch, and returns each token's embedding. */
    List<float[]> embedEach(int[] ids) {
        readForEmbedding(ids);
        List<float[]> embeddings = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            MemorySegment embedding = library.tokenEmbedding(pointer(), i, model.embeddingSize());
            if (embedding.address() == 0) {
                throw StoaException.engine("the model gives no embedding of a token; use an embedding model");
            }
            embeddings.add(embedding.toArray(JAVA_FLOAT));
        }
        return embeddings;
    }

    private void readForEmbedding(int[] ids) {
        clear();
        fill(ids, 0, ids.length, 0, Outputs.ALL, true);
        int status = hasMemory() ? library.decode(pointer(), batch) : library.encode(pointer(), batch);
        check(status, ids.length);
    }

    /** Reads a whole text, of no more tokens than a batch, and returns its pooled embedding. */
    float[] embed(int[] ids) {
        readForEmbedding(ids);
        MemorySegment embedding = library.embedding(pointer(), model.embeddingSize());
        if (embedding.address() == 0) {
            throw StoaException.engine("the model gives no pooled embedding; use an embedding model");
        }
        return embedding.toArray(JAVA_FLOAT);
    }

    private static void check(int status, int tokens) {
        if (status != 0) {
            throw StoaException.engine("llama.cpp cannot compute " + tokens + " tokens"
                    + (status == 1 ? ": the context is full" : " (status " + status + ")")
                    + "; its log (stoa.llama) says more");
        }
    }

    private void fill(int[] ids, int start, int count, int position, Outputs wanted, boolean lastBatch) {
        MemorySegment.copy(ids, start, tokens, JAVA_INT, 0, count);
        for (int i = 0; i < count; i++) {
            positions.setAtIndex(JAVA_INT, i, position + i);
        }
        outputs.fill((byte) (wanted == Outputs.ALL ? 1 : 0));
        if (wanted == Outputs.LAST && lastBatch) {
            outputs.set(JAVA_BYTE, count - 1L, (byte) 1);
        }
        LlamaLibrary.setBatchTokens(batch, count);
        lastCount = count;
    }

    /** The index of the last token of the last batch, for {@link #logits} and samplers. */
    int last() {
        return lastCount - 1;
    }

    /** The logits after the last batch's token {@code index}, checked and copied. */
    Logits logits(int index) {
        MemorySegment row = library.logits(pointer(), index, model.vocabularySize());
        if (row.address() == 0) {
            throw StoaException.bug("logits of token " + index + " were not asked for");
        }
        return new Logits(row.toArray(JAVA_FLOAT));
    }

    /** Draws the token after what was read last. */
    int sample(MemorySegment sampler) {
        return library.sample(sampler, pointer(), last());
    }

    private MemorySegment pointer() {
        if (closed) {
            throw new IllegalStateException("the context is closed");
        }
        return context;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            library.freeContext(context);
            arena.close();
        }
    }

    /**
     * {@code ggml_abort_callback}: asked between the operations of a computation, on the computing thread. It may be
     * asked a thousand times per token, so the caller's supplier is asked once a millisecond at most.
     */
    private static final class Abort {
        private static final long PAUSE_NANOS = 1_000_000;

        private BooleanSupplier cancelled = () -> false;
        private long lastAsked;
        private Optional<Throwable> failure = Optional.empty();

        MemorySegment stub(Arena arena) {
            try {
                MethodHandle ask = MethodHandles.lookup()
                        .findVirtual(Abort.class, "ask", MethodType.methodType(boolean.class, MemorySegment.class))
                        .bindTo(this);
                return Linker.nativeLinker().upcallStub(ask, FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS), arena);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("the callback is in this class", e);
            }
        }

        /** Runs a computation that {@code supplier} may end. What the supplier throws comes out here. */
        int during(BooleanSupplier supplier, IntSupplier computation) {
            cancelled = supplier;
            failure = Optional.empty();
            lastAsked = System.nanoTime();
            try {
                int status = computation.getAsInt();
                failure.ifPresent(Abort::rethrow);
                return status;
            } finally {
                cancelled = () -> false;
            }
        }

        private static void rethrow(Throwable failure) {
            switch (failure) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException("a BooleanSupplier declares no checked exception", failure);
            }
        }

        /** Must not throw: an exception that leaves an upcall ends the process. */
        @SuppressWarnings("UnusedMethod") // native code calls it
        boolean ask(@SuppressWarnings("unused") MemorySegment userData) {
            try {
                long now = System.nanoTime();
                if (now - lastAsked < PAUSE_NANOS) {
                    return false;
                }
                lastAsked = now;
                return cancelled.getAsBoolean();
            } catch (Throwable e) {
                failure = Optional.of(e);
                return true;
            }
        }
    }
}
