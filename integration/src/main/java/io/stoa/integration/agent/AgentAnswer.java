package io.stoa.integration.agent;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What an agent came to.
 *
 * @param text its answer; what the model said last where it stopped for another reason, often nothing
 * @param stop why it stopped
 * @param turns how often the model was asked
 * @param calls what became of its calls, in their order
 * @param promptTokens of all turns together
 * @param answerTokens of all turns together
 * @param spent what all steps took together
 * @param untrusted the sources of what it read and is not trusted: with any of them, the answer may be what somebody
 *     else wanted
 */
public record AgentAnswer(
        String text,
        Stop stop,
        int turns,
        List<CallOutcome> calls,
        long promptTokens,
        long answerTokens,
        Duration spent,
        Set<String> untrusted) {
    public AgentAnswer {
        calls = List.copyOf(calls);
        untrusted = Set.copyOf(untrusted);
    }
}
