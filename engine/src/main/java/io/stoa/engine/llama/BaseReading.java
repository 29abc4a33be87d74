package io.stoa.engine.llama;

import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A text read on a model that others are compared with, window by window in any order.
 *
 * <p>What the base said about a window is kept as long as there is room for it, so that several models can be compared
 * one after the other, each in its own time and from a file that need not stay, while the base is read once. A window
 * for which there is no room is read again. Not for several threads.
 */
public final class BaseReading implements AutoCloseable {
    private final LlamaRuntime runtime;
    private final Path gguf;
    private final String text;
    private final int window;
    private final int threads;
    private final boolean stored;
    private final TextReading.Reader reader;
    private final TextReading reading;
    private final int vocabularySize;
    private final Arena arena;
    private final Map<Integer, MemorySegment> kept = new HashMap<>();
    private long room;
    private final MemorySegment spare;
    private final int[] row;
    private boolean closed;

    @SuppressWarnings("MustBeClosedChecker") // closed with the reading
    BaseReading(
            LlamaRuntime runtime,
            Path gguf,
            TextReading.Reader reader,
            String text,
            int window,
            int threads,
            Bytes room,
            boolean stored) {
        this.runtime = runtime;
        this.gguf = gguf;
        this.reader = reader;
        this.text = text;
        this.window = window;
        this.threads = threads;
        this.room = room.count();
        this.stored = stored;
        this.reading = new TextReading(reader.model(), text, window);
        this.vocabularySize = reader.model().vocabularySize();
        this.arena = Arena.ofShared();
        this.spare = arena.allocate(windowBytes(), Integer.BYTES);
        this.row = new int[vocabularySize];
    }

    private long windowBytes() {
        return (long) reading.counted() * vocabularySize * Integer.BYTES;
    }

    /** How many whole windows the text has. */
    public int windows() {
        return reading.windows();
    }

    /**
     * Loads a model to compare.
     *
     * @return what the caller closes before it compares the next
     * @throws StoaException of kind {@code USER} when the two read the text as different tokens, {@code RESOURCES} when
     *     there is no memory for the second
     */
    public Comparison compare(Path other) {
        TextReading.Reader second = runtime.reader(other, window, threads);
        if (second.model().vocabularySize() != vocabularySize
                || !Arrays.equals(second.model().beginning(text), reading.tokens())) {
            second.context().close();
            second.model().close();
            throw StoaException.user(other + " and " + gguf
                    + ": read the text as different tokens, so they cannot be compared token by token");
        }
        return new Comparison(second);
    }

    /** A model beside its base. */
    public final class Comparison implements AutoCloseable {
        private final TextReading.Reader second;

        private Comparison(TextReading.Reader second) {
            this.second = second;
        }

        /** Reads one window, from 0 to {@link #windows()} − 1. */
        public DivergenceTally read(int index) {
            if (index < 0 || index >= windows()) {
                throw new IllegalArgumentException("no such window: " + index + " of " + windows());
            }
            MemorySegment base = baseRows(index);
            DivergenceTally tally = new DivergenceTally();
            reading.read(second, index, (place, logits, next) -> {
                MemorySegment.copy(
                        base, ValueLayout.JAVA_INT, (long) place * vocabularySize * Integer.BYTES, row, 0, row.length);
                Logits ours = new Logits(row);
                tally.add(stored ? RowComparison.stored(ours, logits, next) : RowComparison.exact(ours, logits, next));
            });
            tally.endWindow();
            return tally;
        }

        @Override
        public void close() {
            second.context().close();
            second.model().close();
        }
    }

    private MemorySegment baseRows(int index) {
        MemorySegment known = kept.get(index);
        if (known != null) {
            return known;
        }
        MemorySegment rows = spare;
        if (windowBytes() <= room) {
            rows = arena.allocate(windowBytes(), Integer.BYTES);
            room -= windowBytes();
            kept.put(index, rows);
        }
        MemorySegment into = rows;
        reading.read(
                reader,
                index,
                (place, logits, _) -> logits.copyTo(into, (long) place * vocabularySize * Integer.BYTES));
        return rows;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            arena.close();
            reader.context().close();
            reader.model().close();
        }
    }
}
