package io.stoa.engine.llama;

import java.util.Optional;

/**
 * The context in which texts are embedded. A text must be read in one micro-batch, because pooling works within one;
 * the context grows with the texts, because its compute buffer grows with the micro-batch. Not for several threads.
 */
final class EmbeddingContexts implements AutoCloseable {
    /** The smallest context. */
    private static final int SMALLEST = 512;

    private final LlamaLibrary library;
    private final LlamaLog log;
    private final LlamaModel model;
    private final int largest;
    private final int threads;

    private Optional<Opened> opened = Optional.empty();

    private record Opened(LlamaContext context, int tokens, LlamaLibrary.Pooling pooling) {}

    /**
     * None is opened before the first text.
     *
     * @param largest the longest text, in tokens
     */
    EmbeddingContexts(LlamaLibrary library, LlamaLog log, LlamaModel model, int largest, int threads) {
        this.library = library;
        this.log = log;
        this.model = model;
        this.largest = largest;
        this.threads = threads;
    }

    LlamaContext forText(int tokens, LlamaLibrary.Pooling pooling) {
        Optional<Opened> suits =
                opened.filter(context -> context.tokens >= tokens).filter(context -> context.pooling == pooling);
        if (suits.isPresent()) {
            return suits.get().context;
        }
        int wanted = Math.max(SMALLEST, opened.map(old -> 2 * old.tokens).orElse(SMALLEST));
        int size = Math.max(tokens, Math.min(largest, wanted));
        close();
        LlamaContext context = LlamaContext.open(
                library, log, model, new LlamaLibrary.ContextShape(size, size, size, 1, threads), Optional.of(pooling));
        opened = Optional.of(new Opened(context, size, pooling));
        return context;
    }

    @Override
    public void close() {
        opened.ifPresent(old -> old.context.close());
        opened = Optional.empty();
    }
}
