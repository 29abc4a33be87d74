package io.stoa.engine.llama;

import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Turns llama.cpp's log calls into lines for a sink, and keeps the lines of a piece of work, so that an exception can
 * say what llama.cpp said.
 */
final class LlamaLog {
    private final LogSink sink;
    private final List<Consumer<Line>> listeners = new CopyOnWriteArrayList<>();
    private final StringBuilder unfinished = new StringBuilder();
    private Level unfinishedLevel = Level.DEBUG;

    LlamaLog(LogSink sink) {
        this.sink = sink;
    }

    /** A line of the log. */
    record Line(Level level, String text) {
        boolean isComplaint() {
            return level.getSeverity() >= Level.WARNING.getSeverity();
        }
    }

    /** A result with the lines that were logged meanwhile, by whatever thread. */
    record Logged<T>(T result, List<Line> lines) {
        /** The warnings and errors in one line. */
        String complaints() {
            List<String> complaints =
                    lines.stream().filter(Line::isComplaint).map(Line::text).toList();
            return complaints.isEmpty() ? "llama.cpp gave no reason" : String.join("; ", complaints);
        }
    }

    <T> Logged<T> during(Supplier<T> work) {
        List<Line> lines = new CopyOnWriteArrayList<>();
        Consumer<Line> listener = lines::add;
        listeners.add(listener);
        try {
            T result = work.get();
            return new Logged<>(result, List.copyOf(lines));
        } finally {
            listeners.remove(listener);
        }
    }

    /**
     * {@code ggml_log_callback(level, text, user_data)}. Pieces come with or without a line feed, from several threads.
     * Nothing may be thrown from here: an exception that leaves an upcall ends the process.
     */
    synchronized void accept(int level, MemorySegment text, @SuppressWarnings("unused") MemorySegment userData) {
        try {
            if (level != CONTINUED) {
                unfinishedLevel = levelOf(level);
            }
            unfinished.append(LlamaLibrary.string(text));
            int end;
            while ((end = unfinished.indexOf("\n")) >= 0) {
                String line = unfinished.substring(0, end).strip();
                unfinished.delete(0, end + 1);
                if (!line.isEmpty()) {
                    pass(new Line(unfinishedLevel, line));
                }
            }
        } catch (Throwable e) {
            unfinished.setLength(0);
        }
    }

    /** What llama.cpp logs as an error when the abort callback asked for it. */
    private static final String ABORTED = "llama_decode: failed to decode, ret = 2";

    private void pass(Line logged) {
        Line line = logged.text().equals(ABORTED) ? new Line(Level.DEBUG, ABORTED) : logged;
        listeners.forEach(listener -> listener.accept(line));
        sink.line(line.level(), line.text());
    }

    /** {@code GGML_LOG_LEVEL_CONT}: goes on with the level of the piece before. */
    private static final int CONTINUED = 5;

    /** {@code enum ggml_log_level}. What llama.cpp calls information (hundreds of lines a load) is detail here. */
    private static Level levelOf(int level) {
        return switch (level) {
            case 4 -> Level.ERROR;
            case 3 -> Level.WARNING;
            case 2 -> Level.DEBUG;
            default -> Level.TRACE;
        };
    }
}
