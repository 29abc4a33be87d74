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
    public Passage {
        requireNonNull(place, "place");
        requireNonNull(text, "text");
        metadata = Map.copyOf(new TreeMap<>(metadata));
        if (id.isBlank() || document.isBlank()) {
            throw new IllegalArgumentException("a passage has an id and a document: \"" + id + "\"");
        }
    }
}
