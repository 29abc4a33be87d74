package io.stoa.model;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.OptionalDouble;

/** What a task asks and how it is scored. The first two belong to the benchmark pillar, the others to integration. */
public sealed interface TaskKind {
    /**
     * Multiple choice by log-likelihood: the candidate's answer is the choice with the highest Σ log p.
     *
     * @param items JSONL with {@code id}, {@code prompt}, {@code choices}, {@code answer} (the text of the right choice)
     */
    record MultipleChoice(Path items) implements TaskKind {
        public MultipleChoice {
            requireNonNull(items, "items");
        }
    }

    /**
     * Greedy generation, right when the stripped answer equals the expected text.
     *
     * @param items JSONL with {@code id}, {@code prompt}, {@code answer}
     * @param maxTokens the longest answer
     */
    record ExactMatch(Path items, int maxTokens) implements TaskKind {
        public ExactMatch {
            requireNonNull(items, "items");
            requirePositive(maxTokens);
        }
    }

    /**
     * A tool call: emitted, parsed, valid against the tool's JSON Schema, and the expected one.
     *
     * @param items JSONL with {@code id}, {@code prompt}, {@code tools}, {@code answer}
     * @param maxTokens the longest answer
     */
    record ToolCall(Path items, int maxTokens) implements TaskKind {
        public ToolCall {
            requireNonNull(items, "items");
            requirePositive(maxTokens);
        }
    }

    /**
     * Answers grounded in retrieved passages, with abstention where the corpus does not say.
     *
     * @param corpus a folder of Markdown documents
     * @param questions JSONL whose lines hold an id, a question, its answer and its documents (none when the corpus
     *     does not say)
     * @param passages how many documents go into the prompt
     * @param maxTokens the longest answer
     * @param abstention the least share of unanswerable questions that must be declined, when gated
     */
    record Grounded(Path corpus, Path questions, int passages, int maxTokens, OptionalDouble abstention)
            implements TaskKind {
        public Grounded {
            requireNonNull(corpus, "corpus");
            requireNonNull(questions, "questions");
            requirePositive(passages);
            requirePositive(maxTokens);
            if (abstention.isPresent() && !(abstention.getAsDouble() > 0 && abstention.getAsDouble() <= 1)) {
                throw new IllegalArgumentException("abstention is not in (0, 1]: " + abstention.getAsDouble());
            }
        }
    }

    private static void requirePositive(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("must be positive: " + value);
        }
    }
}
