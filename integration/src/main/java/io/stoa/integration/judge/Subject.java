package io.stoa.integration.judge;

import io.stoa.integration.retrieve.Passage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A pipeline that is judged: Stoa's own, or a service that somebody wrote without knowing of Stoa. It is asked item by item, and the
 * outputs of stages can be fixed, which is how one learns what a stage is worth to the whole.
 */
public interface Subject extends AutoCloseable {
    /** What people call it. */
    String name();

    /** Everything beside item, seed and fixed outputs that its results depend on: files' digests, models, settings. */
    String settings();

    /** Its stages, each after those whose outputs it needs. */
    List<Stage> stages();

    /**
     * Asks it one item.
     *
     * @param fixed outputs that stages are to have instead of what they would make, by the stage's name; such a stage does nothing, so
     *     it costs nothing and has no effect outside
     * @param seed of whatever is drawn; with the same seed it does the same
     * @throws io.stoa.model.StoaException where it cannot be asked at all; a stage that failed is a {@link Trace#failure}
     */
    Trace run(TestItem item, Map<String, JsonNode> fixed, long seed);

    /**
     * What a stage would give for an item if it were right, as far as the item says; empty where it does not. A stage that finds
     * passages for another to rank is right when the sources are among what it found: its ideal is what it found with the missing ones
     * at the end, so that what the ranking loses is not taken from it.
     *
     * @param asItWas what happened when nothing was fixed
     */
    Optional<JsonNode> ideal(TestItem item, String stage, Trace asItWas);

    /** A passage that an item names as its source, by its id or its document's; empty where it cannot be found. */
    Optional<Passage> source(TestItem item, String id);

    /** Passages in the form that a stage gives them in; empty for a stage that does not give passages. */
    Optional<JsonNode> output(String stage, List<Passage> passages);

    @Override
    void close();
}
