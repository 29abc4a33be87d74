package io.stoa.benchmark.task;

import io.stoa.engine.Engine;
import java.util.List;
import java.util.OptionalDouble;

/** What is asked and how it is scored. */
public interface Task {
    /** Unique in a workload. */
    String id();

    /** How it is scored, for people, such as "exact match". */
    String scoring();

    /**
     * Everything besides the item and the engine that an answer depends on. Answers under equal settings to equal items
     * are the same measurement, so whatever changes an answer or whether it is right must change this text.
     */
    String settings();

    ItemSet items();

    /** What an engine must be able to do. */
    Engine.Capability needs();

    /**
     * Asks one item.
     *
     * @throws io.stoa.model.StoaException of kind {@code USER} where the engine refuses the prompt, of kind {@code
     *     ENGINE} where the engine fails or answers nonsense
     */
    Answer ask(Engine engine, Item item);

    /**
     * Asks something that every engine can read, in the way in which the items are asked: what refuses this too refuses
     * more than an item. The answer is not used.
     *
     * @throws io.stoa.model.StoaException as {@link #ask} does
     */
    void probe(Engine engine);

    /** What asking all items takes at most. */
    Work work();

    /**
     * What an engine has to do.
     *
     * @param requests how often it is asked
     * @param read characters of prompts
     * @param written characters of answers; a choice that is scored is read as slowly as an answer is written
     */
    record Work(long requests, double read, double written) {}

    /** Metrics that are shown beside the score, which is the mean of {@link Answer#score()}. */
    default List<Metric> otherMetrics() {
        return List.of();
    }

    /** The score that guessing reaches, where guessing is possible. */
    default OptionalDouble chance() {
        return OptionalDouble.empty();
    }
}
