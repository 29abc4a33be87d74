package io.stoa.integration.retrieve;

import java.util.List;

/** Makes vectors of texts, so that texts of one meaning lie near each other. */
public interface Embedder {
    /** Which model it is, for people and for the store, which holds vectors of one model only. */
    String name();

    /** How long its vectors are. */
    int dimension();

    /**
     * The vectors of passages, in order.
     *
     * @throws io.stoa.model.StoaException of kind {@code USER} when a text is too long for the model, of kind {@code
     *     ENGINE} when the model failed
     */
    List<float[]> embedPassages(List<String> texts);

    /** The vector of a question; many models want questions to begin otherwise than passages. */
    float[] embedQuestion(String question);
}
