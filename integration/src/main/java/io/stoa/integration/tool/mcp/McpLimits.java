package io.stoa.integration.tool.mcp;

import java.time.Duration;

/**
 * What is taken from a server.
 *
 * @param start how long it may take to start and to introduce itself
 * @param largestMessage bytes of one message
 * @param mostUnasked bytes that it may send between two answers that were asked for
 * @param mostTools how many tools it may offer
 * @param mostStarts how often it is connected to within a minute, because it died, hung or flooded
 */
public record McpLimits(Duration start, int largestMessage, long mostUnasked, int mostTools, int mostStarts) {
    public static final McpLimits DEFAULT = new McpLimits(Duration.ofSeconds(30), 4 << 20, 16L << 20, 500, 5);

    public McpLimits {
        if (!start.isPositive() || largestMessage < 1024 || mostUnasked < 1024 || mostTools < 1 || mostStarts < 1) {
            throw new IllegalArgumentException("limits of a server are positive: " + start + ", " + largestMessage
                    + ", " + mostUnasked + ", " + mostTools + ", " + mostStarts);
        }
    }
}
