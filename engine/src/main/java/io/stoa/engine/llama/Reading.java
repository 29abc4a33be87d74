package io.stoa.engine.llama;

import io.stoa.engine.ScoredToken;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/** What the model makes of each token of a text. */
final class Reading extends Work<List<ScoredToken>> {
    /** The most rows of logits per batch, which cost 4 bytes × vocabulary each. */
    private static final int ROWS = 64;

    private final int[] tokens;
    private final int alternatives;
    private final List<ScoredToken> scored = new ArrayList<>();
    private int sequence = -1;

    /** At least one token. */
    Reading(int[] tokens, int alternatives) {
        this.tokens = tokens;
        this.alternatives = alternatives;
        scored.add(new ScoredToken(tokens[0], OptionalDouble.empty(), List.of()));
    }

    @Override
    int cells(int most) {
        return Math.max(1, tokens.length - 1);
    }

    @Override
    boolean turn(LlamaContext context, Sequences sequences, int cells, BooleanSupplier cancelled) {
        if (sequence < 0) {
            sequence = sequences.take();
        }
        int start = scored.size() - 1;
        int end = Math.min(start + ROWS, tokens.length - 1);
        if (start < end) {
            context.begin();
            for (int position = start; position < end; position++) {
                context.add(tokens[position], position, sequence, true);
            }
            decode(context, cancelled);
            for (int position = start; position < end; position++) {
                Logits logits = context.logits(position - start);
                scored.add(logits.scored(tokens[position + 1], logits.logNormalizer(), alternatives));
            }
        }
        return scored.size() == tokens.length;
    }

    @Override
    List<ScoredToken> result() {
        return List.copyOf(scored);
    }

    @Override
    void abandon(Sequences sequences) {
        if (sequence >= 0) {
            sequences.give(sequence);
        }
    }
}
