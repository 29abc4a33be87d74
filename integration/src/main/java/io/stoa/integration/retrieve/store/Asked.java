package io.stoa.integration.retrieve.store;

import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore;
import io.stoa.model.StoaException;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** What every store refuses, in the same words. */
final class Asked {
    /** A question, not a document: a longer text is looked for by its meaning, or piece by piece. */
    static final int LONGEST_QUERY = 20_000;

    private Asked() {}

    static void put(
            String store,
            OptionalInt dimension,
            String document,
            String digest,
            List<Passage> passages,
            List<float[]> vectors) {
        if (document.isBlank() || document.length() > Passage.LONGEST_METADATA || digest.isBlank()) {
            throw new IllegalArgumentException("a document has an id and a digest: \"" + document + "\"");
        }
        Set<String> ids = new HashSet<>();
        for (Passage passage : passages) {
            if (!passage.document().equals(document) || !ids.add(passage.id())) {
                throw new IllegalArgumentException("passage " + passage.id() + " is of " + passage.document()
                        + " or stands twice, where passages of " + document + " are put");
            }
        }
        int wanted = dimension.isPresent() ? passages.size() : 0;
        if (vectors.size() != wanted) {
            throw StoaException.user(store + ": " + document + " comes with " + vectors.size() + " vectors for "
                    + passages.size() + " passages, and "
                    + (dimension.isPresent()
                            ? "each needs one; name the embedding model"
                            : "this store is of words alone; make another store for vectors"));
        }
        vectors.forEach(vector -> vector(store, dimension, vector, document));
    }

    static void query(String store, OptionalInt dimension, boolean findsWords, PassageStore.Query query) {
        if (query.text().length() > LONGEST_QUERY) {
            throw StoaException.user(store + ": a question of " + query.text().length() + " characters; at most "
                    + LONGEST_QUERY + " are looked for, so shorten it");
        }
        if (query.vector().length > 0) {
            vector(store, dimension, query.vector(), "the question");
        } else if (!findsWords) {
            throw StoaException.user(
                    store + ": finds by meaning only, and the question has no vector; name the embedding model");
        } else if (query.text().isBlank()) {
            throw StoaException.user(store + ": nothing is looked for: the question is empty");
        }
    }

    private static void vector(String store, OptionalInt dimension, float[] vector, String whose) {
        if (dimension.isEmpty()) {
            throw StoaException.user(store + ": holds words alone, and " + whose
                    + " comes with a vector; leave the embedding model out, or make another store with it");
        }
        if (vector.length != dimension.getAsInt()) {
            throw StoaException.user(store + ": holds vectors of " + dimension.getAsInt() + " numbers, and " + whose
                    + " has one of " + vector.length
                    + "; use the embedding model that the store was made with, or make another store");
        }
        double square = square(vector);
        if (!(square > 0) || Double.isInfinite(square)) {
            throw StoaException.user(
                    store + ": the vector of " + whose + " is zero or not finite; is it a model for embeddings?");
        }
    }

    private static double square(float[] vector) {
        double square = 0;
        for (float one : vector) {
            square += (double) one * one;
        }
        return square;
    }

    /** The vector of length 1 in the same direction. */
    static float[] unit(float[] vector) {
        double length = Math.sqrt(square(vector));
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return unit;
    }
}
