package io.stoa.integration.agent;

import java.time.Duration;

/**
 * How long an agent may go on.
 *
 * @param mostTurns how often the model is asked
 * @param mostCallsPerTurn how many calls of one answer are carried out
 * @param mostTokens of all prompts and answers together
 * @param deadline of all that it does together; waiting for a person does not count
 */
public record AgentLimits(int mostTurns, int mostCallsPerTurn, long mostTokens, Duration deadline) {
    public static final AgentLimits DEFAULT = new AgentLimits(10, 8, 200_000, Duration.ofMinutes(5));

    public AgentLimits {
        if (mostTurns < 1 || mostCallsPerTurn < 1 || mostTokens < 1 || !deadline.isPositive()) {
            throw new IllegalArgumentException("limits of an agent are positive: " + mostTurns + " turns, "
                    + mostCallsPerTurn + " calls a turn, " + mostTokens + " tokens, " + deadline.toMillis() + " ms");
        }
    }
}
