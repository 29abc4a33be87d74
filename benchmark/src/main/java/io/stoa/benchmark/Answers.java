package io.stoa.benchmark;

import io.stoa.benchmark.task.Answer;
import java.util.List;

/**
 * The answers to one batch of items, as one entry of the ledger.
 *
 * @param answers one per item, in the order of the items
 */
public record Answers(List<Answer> answers) {
    public Answers {
        answers = List.copyOf(answers);
    }
}
