package io.stoa.integration.retrieve;

import io.stoa.model.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Passages that can be found by their words, by their meaning, or by both. One contract test holds for all stores.
 *
 * <p>What was put is found by the next search of the same store. Several threads may search while one puts. What is
 * asked of it wrongly (a vector of another dimension, a question without words) is a {@link
 * io.stoa.model.StoaException} of kind {@code USER}; a store that cannot be reached or written is one of kind {@code
 * RESOURCES}.
 */
public interface PassageStore extends AutoCloseable {
    /**
     * Puts all passages of a document in the place of those that were there, all at once.
     *
     * @param digest of the document's bytes, so that what has not changed is not read again
     * @param vectors one for each passage, of the store's dimension, any length but zero; none for a store of words
     *     alone
     */
    void put(String document, String digest, List<Passage> passages, List<float[]> vectors);

    /** Removes a document; nothing when it is not there. */
    void remove(String document);

    /** Each document with the digest it was put with. */
    Map<String, String> documents();

    /** Changes whenever a document does: part of what a search's result depends on. */
    default Digest contents() {
        MessageDigest running = Digest.sha256();
        new TreeMap<>(documents()).forEach((document, digest) -> {
            running.update(Digest.of(document).hex().getBytes(StandardCharsets.US_ASCII));
            running.update(Digest.of(digest).hex().getBytes(StandardCharsets.US_ASCII));
        });
        return Digest.of(running);
    }

    /** The number of passages. */
    long size();

    /** How long its vectors are; empty for a store of words alone. */
    OptionalInt dimension();

    /** Whether it looks at words; otherwise a query needs a vector. */
    boolean findsWords();

    /** The best passages, best first, equally good ones by their ids; fewer than asked for where fewer fit. */
    List<Hit> search(Query query);

    /** What was put and removed so far survives a crash. Stores that keep each change at once do nothing here. */
    default void flush() {}

    @Override
    void close();

    /**
     * What is looked for.
     *
     * @param text the words; blank to look by meaning alone
     * @param vector the meaning; empty to look by words alone
     * @param most how many
     * @param filter metadata that a passage must have
     */
    @SuppressWarnings("ArrayRecordComponent") // read by the store, kept by nobody
    record Query(String text, float[] vector, int most, Map<String, String> filter) {
        /** More passages than a model can be given to read. */
        public static final int MOST = 10_000;

        public Query {
            filter = Map.copyOf(filter);
            if (most < 1 || most > MOST) {
                throw new IllegalArgumentException("a search is for 1 to " + MOST + " passages: " + most);
            }
        }

        /** By words alone. */
        public static Query ofWords(String text, int most) {
            return new Query(text, new float[0], most, Map.of());
        }
    }

    /**
     * A passage that was found.
     *
     * @param score the higher, the better; comparable within one search only
     */
    record Hit(Passage passage, double score) {}
}
