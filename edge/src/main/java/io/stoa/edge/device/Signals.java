package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * What a monitor would look at, over a number of answers: no words, only counts.
 *
 * @param answers how many
 * @param failed of them, how many the engine did not give
 * @param cut how many the limit of tokens ended
 * @param empty how many said nothing
 * @param repeating how many say the same four words in a row at least four times: a model that is stuck
 * @param answerTokens tokens of all answers
 * @param generating the time that generating them took after each first token, in µs
 * @param slowestFirstToken the longest time to a first token, in µs
 * @param memoryBytes the most that the process has taken, where the system tells
 */
public record Signals(
        int answers,
        int failed,
        int cut,
        int empty,
        int repeating,
        long answerTokens,
        long generating,
        long slowestFirstToken,
        OptionalLong memoryBytes) {
    public Signals {
        requireNonNull(memoryBytes, "memoryBytes");
    }
}
