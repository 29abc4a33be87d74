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
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** One context: sequences of tokens that the model has read, and what it computed last. Not for several threads. */
final class LlamaContext implements AutoCloseable {
    /** What {@code llama_decode} returns after the abort callback said true. */
    private static final int ABORTED = 2;

    /**
     * Only batches of at least so many tokens are asked whether to leave them. A token takes no longer than its caller
     * is used to wait, and asking costs some tens of microseconds, which small models would feel.
     */
    private static final int ABORTABLE = 16;

    /** Rows from which attention is computed in tiles and single precision (ggml's {@code GGML_FA_TILE_Q}). */
    private static final int TILE = 64;

    /** Rows that repacked weights are multiplied with at once; what is left over goes another way (ggml's repack.cpp). */
    private static final int TOGETHER = 4;

    /** The most cells that {@link #pad} takes. */
    static final int PADDING = TILE;

    private final LlamaLibrary library;
    private final LlamaModel model;
    private final Arena arena;
    private final MemorySegment context;
    private final MemorySegment threads;
    private final MemorySegment memory;
    private final int batchTokens;
    private final int microBatchTokens;
    private final MemorySegment tokens;
    private final MemorySegment positions;
    private final MemorySegment sequences;
    private final MemorySegment outputs;
    private final MemorySegment batch;
    private final int[] row;
    private final Abort abort;
    private final MemorySegment abortStub;
    private boolean abortable;
    private int rows;
    private int wanted;
    private boolean closed;

    private LlamaContext(
            LlamaLibrary library,
            LlamaModel model,
            Arena arena,
            MemorySegment context,
            MemorySegment threads,
            LlamaLibrary.ContextShape shape) {
        this.library = library;
        this.model = model;
        this.arena = arena;
        this.context = context;
        this.memory = library.memory(context);
        this.batchTokens = library.batchTokens(context);
        this.microBatchTokens = shape.microBatch();
        this.threads = threads;
        this.abort = new Abort();
        this.abortStub = abort.stub(arena);
        this.row = new int[model.vocabularySize()];
        this.tokens = arena.allocate(JAVA_INT, batchTokens);
        this.positions = arena.allocate(JAVA_INT, batchTokens);
        this.sequences = arena.allocate(JAVA_INT, batchTokens);
        this.outputs = arena.allocate(batchTokens);
        MemorySegment sequenceCounts = arena.allocate(JAVA_INT, batchTokens);
        MemorySegment sequenceIds = arena.allocate(ADDRESS, batchTokens);
        for (int i = 0; i < batchTokens; i++) {
            sequenceCounts.setAtIndex(JAVA_INT, i, 1);
            sequenceIds.setAtIndex(ADDRESS, i, sequences.asSlice((long) i * Integer.BYTES));
        }
        this.batch = LlamaLibrary.batch(arena, tokens, positions, sequenceCounts, sequenceIds, outputs);
    }

    /**
     * Makes a context.
     *
     * @param embeddings how embeddings are pooled, when it is for embeddings
     * @throws StoaException of kind {@code ENGINE} with what llama.cpp said
     */
    static LlamaContext open(
            LlamaLibrary library,
            LlamaLog log,
            LlamaModel model,
            LlamaLibrary.ContextShape shape,
            Optional<LlamaLibrary.Pooling> embeddings) {
        return open(library, log, model, shape, embeddings, MemorySegment.NULL);
    }

    /**
     * Makes a context whose computation is watched.
     *
     * @param watcher {@code ggml_backend_sched_eval_callback}; must outlive the context
     * @throws StoaException of kind {@code ENGINE} with what llama.cpp said
     */
    static LlamaContext watched(
            LlamaLibrary library,
            LlamaLog log,
            LlamaModel model,
            LlamaLibrary.ContextShape shape,
            MemorySegment watcher) {
        return open(library, log, model, shape, Optional.empty(), watcher);
    }

    @SuppressWarnings("MustBeClosedChecker") // the context owns the arena and closes it
    private static LlamaContext open(
            LlamaLibrary library,
            LlamaLog log,
            LlamaModel model,
            LlamaLibrary.ContextShape shape,
            Optional<LlamaLibrary.Pooling> embeddings,
            MemorySegment watcher) {
        // Shared, because whoever closes the engine need not be the thread that opened it.
        Arena arena = Arena.ofShared();
        try {
            LlamaLog.Logged<MemorySegment> made =
                    log.during(() -> library.newContext(model.pointer(), shape, embeddings, watcher));
            if (made.result().address() == 0) {
                throw StoaException.engine("llama.cpp " + library.version() + " cannot make a context of "
                        + shape.tokens() + " tokens: " + made.complaints() + "; try a smaller one");
            }
            return of(library, model, arena, made.result(), shape);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static LlamaContext of(
            LlamaLibrary library,
            LlamaModel model,
            Arena arena,
            MemorySegment context,
            LlamaLibrary.ContextShape shape) {
        MemorySegment threads = MemorySegment.NULL;
        try {
            if (shape.threads() > 1) {
                threads = library.newThreads(shape.threads());
            }
            if (threads.address() != 0) {
                library.attachThreads(context, threads);
            }
            return new LlamaContext(library, model, arena, context, threads, shape);
        } catch (RuntimeException | Error e) {
            free(library, context, threads);
            throw e;
        }
    }

    /** The context first: nobody may use threads that have ended. */
    private static void free(LlamaLibrary library, MemorySegment context, MemorySegment threads) {
        library.freeContext(context);
        if (threads.address() != 0) {
            library.freeThreads(threads);
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

    /** Forgets what a sequence holds from a position on. False when this kind of model cannot: then clear, read again. */
    boolean remove(int sequence, int position) {
        pointer();
        return library.remove(memory, sequence, position);
    }

    /** Lets a sequence that holds nothing hold the first {@code length} tokens of another, too. */
    void copy(int from, int to, int length) {
        pointer();
        library.copy(memory, from, to, length);
    }

    /** What a sequence holds; empty when llama.cpp cannot save it. */
    MemorySegment save(int sequence, SegmentAllocator allocator) {
        return library.save(pointer(), sequence, allocator);
    }

    /** Lets a sequence hold what was saved; false when there is no room for it. */
    boolean restore(MemorySegment saved, int sequence) {
        return library.restore(pointer(), saved, sequence);
    }

    /** The most tokens of a batch. */
    int batchTokens() {
        return batchTokens;
    }

    /** Begins a new batch. */
    void begin() {
        rows = 0;
        wanted = 0;
    }

    /** How many tokens the batch has so far. */
    int rows() {
        return rows;
    }

    /**
     * Adds a token to the batch.
     *
     * @param position where it stands in its sequence: after all that the sequence holds and the batch has of it
     * @param wanted whether {@link #logits} is to be asked what comes after it
     * @return its row
     */
    int add(int token, int position, int sequence, boolean wanted) {
        if (rows == batchTokens) {
            throw new IllegalArgumentException("a batch holds " + batchTokens + " tokens");
        }
        tokens.setAtIndex(JAVA_INT, rows, token);
        positions.setAtIndex(JAVA_INT, rows, position);
        sequences.setAtIndex(JAVA_INT, rows, sequence);
        outputs.set(JAVA_BYTE, rows, (byte) (wanted ? 1 : 0));
        this.wanted += wanted ? 1 : 0;
        return rows++;
    }

    /**
     * Fills the batch up to a shape of which every row is computed in the same way, however many there are: llama.cpp
     * takes other, less exact ways for few rows and for what a multiple of them leaves over. Without it the same token
     * after the same text differs by some thousandths of a nat between batches of a quantized model; with it, most
     * often not at all.
     *
     * <p>What is added follows a sequence's last row, so that nobody sees it, and must be removed from there on when the
     * batch has been read. A model with a state, which cannot forget it, gets nothing.
     *
     * @param position after the sequence's last row
     * @param room cells that may be used, and are again free afterwards
     */
    void pad(int sequence, int position, int room) {
        int last = rows % microBatchTokens;
        if (model.hasState() || last == 0) {
            return;
        }
        int missing = Math.max(TILE, Math.ceilDiv(last, TOGETHER) * TOGETHER) - last;
        missing = Math.min(Math.min(missing, room), batchTokens - rows);
        for (int i = 0; i < missing; i++) {
            add(tokens.getAtIndex(JAVA_INT, rows - 1), position + i, sequence, false);
        }
        // The last layer computes only rows that are wanted.
        for (int row = rows - 1; row >= 0 && wanted % TOGETHER != 0; row--) {
            if (outputs.get(JAVA_BYTE, row) == 0) {
                outputs.set(JAVA_BYTE, row, (byte) 1);
                wanted++;
            }
        }
    }

    /**
     * Reads the batch.
     *
     * @param cancelled ends the work when it turns true; polled inside the computation of a batch that is not tiny
     * @return false when it was cancelled; what the batch's sequences hold is then unknown and must be removed
     */
    boolean decode(BooleanSupplier cancelled) {
        LlamaLibrary.setBatchTokens(batch, rows);
        if (abortable != rows >= ABORTABLE) {
            abortable = !abortable;
            library.setAbort(pointer(), abortable ? abortStub : MemorySegment.NULL);
        }
        DecodeEvent event = new DecodeEvent();
        event.begin();
        int status = abort.during(cancelled, () -> library.decode(pointer(), batch));
        event.tokens = rows;
        event.commit();
        if (status == ABORTED) {
            return false;
        }
        check(status);
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

    /** Reads a whole text, of no more tokens than a batch, and returns its pooled embedding. */
    float[] embed(int[] ids) {
        readForEmbedding(ids);
        MemorySegment embedding = library.embedding(pointer(), model.embeddingSize());
        if (embedding.address() == 0) {
            throw StoaException.engine("the model gives no pooled embedding; use an embedding model");
        }
        return embedding.toArray(JAVA_FLOAT);
    }

    private void readForEmbedding(int[] ids) {
        clear();
        begin();
        for (int i = 0; i < ids.length; i++) {
            add(ids[i], i, 0, true);
        }
        LlamaLibrary.setBatchTokens(batch, rows);
        check(hasMemory() ? library.decode(pointer(), batch) : library.encode(pointer(), batch));
    }

    private void check(int status) {
        if (status != 0) {
            throw StoaException.engine("llama.cpp cannot compute " + rows + " tokens"
                    + (status == 1 ? ": the context is full" : " (status " + status + ")")
                    + "; its log (stoa.llama) says more");
        }
    }

    /** The logits after a wanted token of the last batch, checked; they hold until the next call. */
    Logits logits(int row) {
        MemorySegment.copy(values(row), JAVA_INT, 0, this.row, 0, this.row.length);
        return new Logits(this.row);
    }

    /** The token with the highest logit after a wanted token of the last batch, checked as {@link #logits} are. */
    int mostLikely(int row) {
        MemorySegment values = values(row);
        Logits.Peak peak = new Logits.Peak();
        // In blocks that stay in the nearest cache: a copy of all of them takes as long as finding the highest.
        for (int start = 0; start < this.row.length; start += Logits.BLOCK) {
            int length = Math.min(Logits.BLOCK, this.row.length - start);
            MemorySegment.copy(values, JAVA_INT, (long) start * Integer.BYTES, this.row, 0, length);
            peak.add(this.row, 0, length, start);
        }
        return peak.mostLikely();
    }

    private MemorySegment values(int row) {
        MemorySegment values = library.logits(pointer(), row, model.vocabularySize());
        if (values.address() == 0) {
            throw StoaException.bug("logits of row " + row + " were not asked for");
        }
        return values;
    }

    /** Changes one logit of a wanted token, for whoever samples after; the one that was there. */
    float setLogit(int row, int token, float logit) {
        MemorySegment values = library.logits(pointer(), row, model.vocabularySize());
        float before = values.getAtIndex(JAVA_FLOAT, token);
        values.setAtIndex(JAVA_FLOAT, token, logit);
        return before;
    }

    /** Draws the token after a wanted token of the last batch. */
    int sample(MemorySegment sampler, int row) {
        return library.sample(sampler, pointer(), row);
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
            free(library, context, threads);
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
