package io.stoa.model;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What users will ask of the model.
 *
 * @param tasks what is asked, in which shares
 * @param promptTokens a typical prompt length
 * @param answerTokens a typical answer length
 * @param contextTokens the longest context that must fit, prompt and answer together
 * @param concurrency how many requests run at the same time
 * @param latency what users will wait for
 */
public record Workload(
        List<TaskSpec> tasks, int promptTokens, int answerTokens, int contextTokens, int concurrency, Latency latency) {
    public Workload {
        tasks = List.copyOf(tasks);
        requireNonNull(latency, "latency");
        requirePositive("prompt-tokens", promptTokens);
        requirePositive("answer-tokens", answerTokens);
        requirePositive("context", contextTokens);
        requirePositive("concurrency", concurrency);
    }

    private static void requirePositive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be positive: " + value);
        }
    }

    /**
     * The latency targets, each optional.
     *
     * @param timeToFirstToken the longest wait for the first token
     * @param timePerOutputToken the longest wait between tokens
     */
    public record Latency(Optional<Duration> timeToFirstToken, Optional<Duration> timePerOutputToken) {
        public static final Latency NO_TARGET = new Latency(Optional.empty(), Optional.empty());

        public Latency {
            requireNonNull(timeToFirstToken, "timeToFirstToken");
            requireNonNull(timePerOutputToken, "timePerOutputToken");
        }
    }

    /**
     * One kind of question.
     *
     * @param id unique in the workload
     * @param share its part of the traffic, in [0, 1]
     * @param gate the score that it must reach, in (0, 1]; without one the task is only reported
     * @param limit how many items to ask at most; absent for all
     * @param earlyStop whether asking may end as soon as the gate is decided; not for tool calls and grounded
     *     answers
     * @param kind what is asked and how it is scored
     */
    public record TaskSpec(
            String id, double share, OptionalDouble gate, Optional<Integer> limit, boolean earlyStop, TaskKind kind) {
        public TaskSpec {
            requireNonNull(kind, "kind");
            if (id.isBlank()) {
                throw new IllegalArgumentException("a task needs an id");
            }
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("share of task " + id + " is not in [0, 1]: " + share);
            }
            if (gate.isPresent() && !(gate.getAsDouble() > 0 && gate.getAsDouble() <= 1)) {
                throw new IllegalArgumentException("gate of task " + id + " is not in (0, 1]: " + gate.getAsDouble());
            }
            if (limit.isPresent() && limit.get() < 1) {
                throw new IllegalArgumentException("limit of task " + id + " must be positive: " + limit.get());
            }
        }
    }
}
