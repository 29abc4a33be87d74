package io.stoa.engine.llama;

import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Embeds texts, one a turn, in a context of its own. */
final class Embedding extends Work<List<List<float[]>>> {
    private final EmbeddingContexts contexts;
    private final List<int[]> texts;
    private final LlamaLibrary.Pooling pooling;
    private final boolean unitLength;
    private final List<List<float[]>> embedded = new ArrayList<>();

    /** Texts of at least one token each. */
    Embedding(EmbeddingContexts contexts, List<int[]> texts, LlamaLibrary.Pooling pooling, boolean unitLength) {
        this.contexts = contexts;
        this.texts = texts;
        this.pooling = pooling;
        this.unitLength = unitLength;
    }

    @Override
    int cells(int most) {
        return 0;
    }

    @Override
    boolean turn(LlamaContext context, Sequences sequences, int cells, BooleanSupplier cancelled) {
        if (cancelled.getAsBoolean()) {
            throw new Cancelled();
        }
        if (embedded.size() < texts.size()) {
            int[] tokens = texts.get(embedded.size());
            LlamaContext reader = contexts.forText(tokens.length, pooling);
            List<float[]> vectors =
                    pooling == LlamaLibrary.Pooling.NONE ? reader.embedEach(tokens) : List.of(reader.embed(tokens));
            if (unitLength) {
                vectors.forEach(Embedding::scaleToUnitLength);
            }
            embedded.add(vectors);
        }
        return embedded.size() == texts.size();
    }

    private static void scaleToUnitLength(float[] vector) {
        double squares = 0;
        for (float component : vector) {
            squares += (double) component * component;
        }
        double length = Math.sqrt(squares);
        if (!(length > 0) || Double.isInfinite(length)) {
            throw StoaException.engine("the model's embedding has length " + length
                    + ": its weights are damaged; compare the file's digest with its source");
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (vector[i] / length);
        }
    }

    @Override
    List<List<float[]>> result() {
        return List.copyOf(embedded);
    }

    @Override
    void abandon(Sequences sequences) {
        // It holds none.
    }
}
