package io.stoa.model;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a task asks and how it is scored. Tool calls and grounded answers belong to
 * the integration pillar, the others to benchmark. */
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

    /**
     * A task of lm-evaluation-harness.
     *
     * @param task its name, or the name of its file
     * @param file its file; absent for one that is shipped
     * @param data the folder or file in which its dataset lies; absent where the task names it or it is fetched
     * @param metric what is counted; absent for the task's first
     * @param filter the pipeline that answers go through; absent for the task's first
     * @param shots examples before each question; absent for the task's own number
     * @param chat whether the model's chat template is used, each example as a turn of its own
     */
    record Harness(
            String task,
            Optional<Path> file,
            Optional<Path> data,
            Optional<String> metric,
            Optional<String> filter,
            Optional<Integer> shots,
            boolean chat)
            implements TaskKind {
        public Harness {
            requireNonNull(file, "file");
            requireNonNull(data, "data");
            requireNonNull(metric, "metric");
            requireNonNull(filter, "filter");
            if (task.isBlank()) {
                throw new IllegalArgumentException("a task of the harness needs a name");
            }
            if (shots.isPresent() && shots.get() < 0) {
                throw new IllegalArgumentException("examples must not be negative: " + shots.get());
            }
        }
    }

    private static void requirePositive(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("must be positive: " + value);
        }
    }
}
