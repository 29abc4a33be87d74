package io.stoa.benchmark.judge;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * An answer to be judged.
 *
 * @param id names it among the others
 * @param reference an answer that is known to be right
 */
public record JudgedAnswer(String id, String question, String answer, Optional<String> reference) {
    public JudgedAnswer {
        requireNonNull(id, "id");
        requireNonNull(question, "question");
        requireNonNull(answer, "answer");
        requireNonNull(reference, "reference");
    }
}
