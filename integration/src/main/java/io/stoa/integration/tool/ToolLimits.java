package io.stoa.integration.tool;

import java.time.Duration;

/**
 * How much of one tool may be used.
 *
 * @param mostCalls in one run
 * @param mostPerMinute in all runs together
 * @param patience how long one call may take
 * @param longestAnswer how many characters of an answer the model reads; the rest is cut
 */
public record ToolLimits(int mostCalls, int mostPerMinute, Duration patience, int longestAnswer) {
    public static final ToolLimits DEFAULT = new ToolLimits(20, 60, Duration.ofSeconds(30), 20_000);

    public ToolLimits {
        if (mostCalls < 1 || mostPerMinute < 1 || longestAnswer < 1 || !patience.isPositive()) {
            throw new IllegalArgumentException("limits of a tool are positive: " + mostCalls + " calls, "
                    + mostPerMinute + " a minute, " + patience.toMillis() + " ms, " + longestAnswer + " characters");
        }
    }
}
