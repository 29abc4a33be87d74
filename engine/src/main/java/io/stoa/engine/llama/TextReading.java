package io.stoa.engine.llama;

import io.stoa.model.Progress;
import io.stoa.model.StoaException;

/**
 * A text as one model's tokens, cut into windows that can be read in any order. No more than a batch's logits are held.
 * What is computed in a window does not depend on the windows before it, so the order changes no figure.
 */
final class TextReading {
    private final int[] tokens;
    private final int window;

    /** The first half of a window is only read. */
    private final int first;

    /** A model and its context. */
    record Reader(LlamaModel model, LlamaContext context) {}

    /** Hears the rows that count. */
    interface Rows {
        /**
         * Hears one.
         *
         * @param place which row of the window's counted ones it is, from 0
         * @param logits what the model holds for likely; valid until the next row
         * @param next the text's own token
         */
        void hear(int place, Logits logits, int next);
    }

    /**
     * Prepares a reading.
     *
     * @throws StoaException of kind {@code USER} when the text does not fill one window
     */
    TextReading(LlamaModel model, String text, int window) {
        this.tokens = model.beginning(text);
        this.window = window;
        this.first = window / 2;
        if (tokens.length < window) {
            throw StoaException.user("the text has " + tokens.length + " tokens, and one window has " + window
                    + ": give a longer text or a smaller context");
        }
    }

    int windows() {
        return tokens.length / window;
    }

    /** How many tokens of a window count: llama-perplexity leaves out the one that follows the last. */
    int counted() {
        return window - 1 - first;
    }

    int[] tokens() {
        return tokens;
    }

    /** Reads one window on one model. */
    void read(Reader reader, int index, Rows rows) {
        int start = index * window;
        reader.context.clear();
        int most = reader.context.batchTokens();
        for (int at = 0; at < window; at += most) {
            int end = Math.min(window, at + most);
            reader.context.begin();
            for (int position = at; position < end; position++) {
                int token = position == 0 ? reader.model.firstOfWindow(tokens[start]) : tokens[start + position];
                // llama-perplexity asks for the last row too; as many rows as there make the same shapes.
                reader.context.add(token, position, 0, position >= first);
            }
            reader.context.decode(() -> false);
            for (int position = Math.max(at, first); position < Math.min(end, window - 1); position++) {
                rows.hear(position - first, reader.context.logits(position - at), tokens[start + position + 1]);
            }
        }
    }

    /** Reads a window with nobody listening, as llama-imatrix does: every row is wanted, so that no layer skips any. */
    void readAll(Reader reader, int index) {
        int start = index * window;
        reader.context.clear();
        int most = reader.context.batchTokens();
        for (int at = 0; at < window; at += most) {
            int end = Math.min(window, at + most);
            reader.context.begin();
            for (int position = at; position < end; position++) {
                int token = position == 0 ? reader.model.firstOfWindow(tokens[start]) : tokens[start + position];
                reader.context.add(token, position, 0, true);
            }
            reader.context.decode(() -> false);
        }
    }

    Perplexity perplexity(Reader reader, Progress progress) {
        Sums nll = new Sums();
        for (int index = 0; index < windows(); index++) {
            progress.at(index, windows());
            read(reader, index, (_, logits, next) -> nll.add(-logits.logProbability(next, logits.logNormalizer())));
        }
        progress.at(windows(), windows());
        return nll.perplexity(windows());
    }
}
