package io.stoa.benchmark;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.task.Answer;
import io.stoa.model.Digest;
import java.util.List;

/**
 * The answers to one batch of items, as one entry of the ledger.
 *
 * @param seed what the order of all items was drawn from
 * @param first the place of the first answer's item in that order, from 0
 * @param answers one per item, in that order
 */
public record Answers(Digest seed, int first, List<Answer> answers) {
    public Answers {
        requireNonNull(seed, "seed");
        answers = List.copyOf(answers);
    }
}
