package io.stoa.integration.retrieve;

import java.util.List;
import java.util.Map;

/** Passages that can be found by their words, by their meaning, or by both. One contract test holds for all stores. */
public interface PassageStore extends AutoCloseable {
    /**
     * Puts all passages of a document in the place of those that were there, all at once.
     *
     * @param digest of the document's bytes, so that what has not changed is not read again
     * @param vectors one for each passage, of the store's dimension; none for a store of words alone
     */
    void put(String document, String digest, List<Passage> passages, List<float[]> vectors);

    /** Removes a document; nothing when it is not there. */
    void remove(String document);

    /** Each document with the digest it was put with. */
    Map<String, String> documents();

    /** The best passages, best first; fewer than asked for where fewer fit. */
    List<Hit> search(Query query);

    @Override
    void close();

    /**
     * What is looked for.
     *
     * @param text the words
     * @param vector the meaning; empty to look by words alone
     * @param most how many
     * @param filter metadata that a passage must have
     */
    @SuppressWarnings("ArrayRecordComponent") // read by the store, kept by nobody
    record Query(String text, float[] vector, int most, Map<String, String> filter) {
        public Query {
            filter = Map.copyOf(filter);
            if (most < 1) {
                throw new IllegalArgumentException("a search is for at least one passage: " + most);
            }
        }
    }

    /**
     * A passage that was found.
     *
     * @param score the higher, the better; comparable within one search only
     */
    record Hit(Passage passage, double score) {}
}
