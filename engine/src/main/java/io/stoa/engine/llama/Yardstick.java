package io.stoa.engine.llama;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A small model that is held ready to do the same, with one thread, again and again: how long it takes says how fast the
 * processor is just now. Other guests of a machine that compute on the same core slow it by half, for seconds or minutes.
 * Not for several threads at once.
 */
public final class Yardstick implements AutoCloseable {
    /** The tokens of a prompt. */
    private static final int PROMPT = 16;

    /** Of its cache. */
    static final int CELLS = 256;

    private static final int TOKEN = 13;

    private final LlamaModel model;
    private final LlamaContext context;

    Yardstick(LlamaModel model, LlamaContext context) {
        this.model = model;
        this.context = context;
    }

    /** The times of some steps, each of which gives an empty sequence its first token. */
    public List<Duration> steps(int count) {
        return read(1, count);
    }

    /** The times of some prompts of {@value #PROMPT} tokens. */
    public List<Duration> prompts(int count) {
        return read(PROMPT, count);
    }

    private List<Duration> read(int tokens, int count) {
        List<Duration> times = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            context.clear();
            context.begin();
            for (int position = 0; position < tokens; position++) {
                context.add(TOKEN, position, 0, position == tokens - 1);
            }
            long begun = System.nanoTime();
            context.decode(() -> false);
            times.add(Duration.ofNanos(System.nanoTime() - begun));
        }
        return times;
    }

    @Override
    public void close() {
        context.close();
        model.close();
    }
}
