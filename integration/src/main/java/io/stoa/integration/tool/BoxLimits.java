package io.stoa.integration.tool;

/**
 * How much all tools together may be used.
 *
 * @param mostCalls in one run
 * @param mostRepeats how often the very same call may be made in one run
 * @param longestArguments how many characters of JSON the arguments of one call may have
 */
public record BoxLimits(int mostCalls, int mostRepeats, int longestArguments) {
    public static final BoxLimits DEFAULT = new BoxLimits(50, 3, 64 << 10);

    public BoxLimits {
        if (mostCalls < 1 || mostRepeats < 1 || longestArguments < 2) {
            throw new IllegalArgumentException("limits of a tool box are positive: " + mostCalls + " calls, "
                    + mostRepeats + " repeats, " + longestArguments + " characters of arguments");
        }
    }
}
