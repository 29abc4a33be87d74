package io.stoa.integration.retrieve.store;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.retrieve.Analysis;
import io.stoa.model.StoaException;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What a store is made with; kept in it, and never another afterwards.
 *
 * @param dimension how long its vectors are; 0 for words alone
 * @param embedder the name of the model that makes the vectors; empty for words alone
 */
public record StoreSettings(Analysis analysis, int dimension, String embedder) {
    /** More numbers than any embedding model in use gives; Lucene's own limit of 1,024 is one of caution only. */
    public static final int LONGEST_VECTOR = 8192;

    private static final String FORMAT = "1";

    public StoreSettings {
        requireNonNull(analysis, "analysis");
        if (dimension < 0 || dimension > LONGEST_VECTOR) {
            throw new IllegalArgumentException("a vector has 1 to " + LONGEST_VECTOR + " numbers: " + dimension);
        }
        if ((dimension == 0) != embedder.isEmpty()) {
            throw new IllegalArgumentException(
                    "a dimension and an embedder come together: " + dimension + ", \"" + embedder + "\"");
        }
    }

    /** English words alone. */
    public static StoreSettings words() {
        return new StoreSettings(Analysis.USUAL, 0, "");
    }

    /** English words and vectors. */
    public static StoreSettings hybrid(int dimension, String embedder) {
        return new StoreSettings(Analysis.USUAL, dimension, embedder);
    }

    OptionalInt vectors() {
        return dimension == 0 ? OptionalInt.empty() : OptionalInt.of(dimension);
    }

    Map<String, String> written() {
        return Map.of(
                "stoa.format",
                FORMAT,
                "stoa.analysis",
                analysis.toString(),
                "stoa.dimension",
                Integer.toString(dimension),
                "stoa.embedder",
                embedder);
    }

    static StoreSettings of(String store, Map<String, String> written) {
        String format = written.getOrDefault("stoa.format", "");
        if (format.isEmpty()) {
            throw StoaException.user(
                    store + ": an index of another program, not a store of passages; name another folder");
        }
        if (!format.equals(FORMAT)) {
            throw StoaException.user(store + ": made by another version of Stoa (format " + format
                    + "); remove the folder and ingest again, or use that version");
        }
        try {
            return new StoreSettings(
                    Analysis.of(written.getOrDefault("stoa.analysis", "")),
                    Integer.parseInt(written.getOrDefault("stoa.dimension", "")),
                    written.getOrDefault("stoa.embedder", ""));
        } catch (IllegalArgumentException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    store + ": its settings are damaged (" + e.getMessage() + "); remove the folder and ingest again",
                    e);
        }
    }

    /** Refuses to open a store that was made otherwise. */
    void refuseUnless(String store, StoreSettings wanted) {
        if (dimension != wanted.dimension || !embedder.equals(wanted.embedder)) {
            throw StoaException.user(store + ": holds " + vectorsInWords() + ", not " + wanted.vectorsInWords()
                    + "; use the model that it was made with, or make another store");
        }
        if (!analysis.equals(wanted.analysis)) {
            throw StoaException.user(store + ": its words were read as \"" + analysis + "\", not as \""
                    + wanted.analysis + "\"; use the same, or make another store");
        }
    }

    private String vectorsInWords() {
        return dimension == 0 ? "words alone" : "vectors of " + dimension + " numbers by " + embedder;
    }
}
