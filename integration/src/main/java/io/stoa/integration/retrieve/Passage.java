package io.stoa.integration.retrieve;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;

/**
 * A part of a document: what is searched for, and what a model is given to read.
 *
 * @param id unique in a store, such as {@code handbook.pdf#12}
 * @param document the document's id
 * @param place where in it, for people: a page, a heading, a line
 * @param text what it says
 * @param metadata what filters may ask for
 */
public record Passage(String id, String document, String place, String text, Map<String, String> metadata) {
    /** The longest key or value of the metadata, in characters: every store can look for it as one word. */
    public static final int LONGEST_METADATA = 4096;

    public Passage {
        requireNonNull(place, "place");
        requireNonNull(text, "text");
        metadata = Map.copyOf(new TreeMap<>(metadata));
        if (id.isBlank() || document.isBlank()) {
            throw new IllegalArgumentException("a passage has an id and a document: \"" + id + "\"");
        }
        if (id.length() > LONGEST_METADATA || document.length() > LONGEST_METADATA) {
            throw new IllegalArgumentException("an id is at most " + LONGEST_METADATA + " characters long: "
                    + id.substring(0, Math.min(80, id.length())) + "…");
        }
        metadata.forEach((key, value) -> {
            if (key.length() > LONGEST_METADATA || value.length() > LONGEST_METADATA || key.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("metadata of " + id + " are texts of at most " + LONGEST_METADATA
                        + " characters: " + key.substring(0, Math.min(80, key.length())));
            }
        });
    }
}
