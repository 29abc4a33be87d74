package io.stoa.engine.llama;

import io.stoa.engine.LogLikelihood;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Scores the continuations of one prompt, each in a batch of its own.
 *
 * <p>The prompt is read once, in whole batches; each continuation after it, and then taken back. So a continuation is
 * computed in shapes that depend on nothing but the prompt and itself: its score is bit-identical whatever it is asked
 * together with. Where the memory only goes forward the prompt is read again for each.
 */
final class PlainScoring extends Work<List<LogLikelihood>> {
    /** The most rows of logits per batch; more would only cost memory (4 bytes × vocabulary × rows). */
    private static final int SCORED_ROWS = 64;

    private final List<ScoredPath> paths;
    private final int prompt;
    private int sequence = -1;
    /** How many of the paths are done; none before the prompt has been read. */
    private int done;

    private boolean promptRead;

    /** Paths of one prompt, at least one. */
    PlainScoring(List<ScoredPath> paths) {
        this.paths = paths;
        this.prompt = paths.getFirst().firstScored() + 1;
    }

    @Override
    int cells(int most) {
        int longest = paths.stream().mapToInt(path -> path.read().length).max().orElseThrow();
        return Math.max(longest, Math.min(longest + LlamaContext.PADDING, most));
    }

    @Override
    boolean turn(LlamaContext context, Sequences sequences, int cells, BooleanSupplier cancelled) {
        if (sequence < 0) {
            sequence = sequences.take();
        }
        if (!promptRead) {
            readPrompt(context, cells, cancelled);
            Logits first = context.logits((prompt - 1) % context.batchTokens());
            double logNormalizer = first.logNormalizer();
            paths.forEach(path -> path.add(prompt - 1, first, logNormalizer));
            return paths.stream().allMatch(path -> path.read().length == prompt);
        }
        ScoredPath path = paths.get(done);
        if (path.read().length > prompt) {
            if (done > 0 && !context.remove(sequence, prompt)) {
                context.remove(sequence, 0);
                readPrompt(context, cells, cancelled);
            }
            readEnding(path, context, cells, cancelled);
        }
        done++;
        return done == paths.size();
    }

    private void readPrompt(LlamaContext context, int cells, BooleanSupplier cancelled) {
        int[] tokens = paths.getFirst().read();
        for (int start = 0; start < prompt; start += context.batchTokens()) {
            int end = Math.min(start + context.batchTokens(), prompt);
            context.begin();
            for (int position = start; position < end; position++) {
                context.add(tokens[position], position, sequence, position == prompt - 1);
            }
            context.pad(sequence, end, cells - end);
            decode(context, cancelled);
            context.remove(sequence, end);
        }
        promptRead = true;
    }

    private void readEnding(ScoredPath path, LlamaContext context, int cells, BooleanSupplier cancelled) {
        int[] tokens = path.read();
        for (int start = prompt; start < tokens.length; start += SCORED_ROWS) {
            int end = Math.min(start + SCORED_ROWS, tokens.length);
            context.begin();
            for (int position = start; position < end; position++) {
                context.add(tokens[position], position, sequence, true);
            }
            context.pad(sequence, end, cells - end);
            decode(context, cancelled);
            for (int position = start; position < end; position++) {
                Logits logits = context.logits(position - start);
                path.add(position, logits, logits.logNormalizer());
            }
            context.remove(sequence, end);
        }
    }

    @Override
    List<LogLikelihood> result() {
        return paths.stream().map(ScoredPath::result).toList();
    }

    @Override
    void abandon(Sequences sequences) {
        if (sequence >= 0) {
            sequences.give(sequence);
        }
    }
}
