package io.stoa.hardware.speed;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * One answer, timed.
 *
 * @param promptTokens tokens read
 * @param answerTokens tokens generated
 * @param timeToFirstToken from the call to the first token
 * @param total from the call to the end
 * @param othersLoad the share of all cores' time that other processes used meanwhile, where the system says
 */
public record SpeedRound(
        int promptTokens, int answerTokens, Duration timeToFirstToken, Duration total, OptionalDouble othersLoad) {
    public SpeedRound {
        requireNonNull(timeToFirstToken, "timeToFirstToken");
        requireNonNull(total, "total");
        requireNonNull(othersLoad, "othersLoad");
        if (promptTokens < 1 || answerTokens < 1) {
            throw new IllegalArgumentException(
                    "a round reads and answers something: " + promptTokens + ", " + answerTokens);
        }
        if (!timeToFirstToken.isPositive() || total.compareTo(timeToFirstToken) < 0) {
            throw new IllegalArgumentException("a round cannot take " + timeToFirstToken + " of " + total);
        }
    }

    /** Whether others left the machine to it; where the system does not say, it counts as quiet. */
    boolean undisturbed() {
        return othersLoad.orElse(0) <= SpeedMeasurement.MOST_OTHERS_LOAD;
    }

    /** Tokens per second of reading the prompt: the first token comes when it has been read. */
    double promptThroughput() {
        return promptTokens / seconds(timeToFirstToken);
    }

    /** Whether the time between tokens can be told: there were two, and the clock moved. */
    boolean generated() {
        return answerTokens > 1 && total.compareTo(timeToFirstToken) > 0;
    }

    /** Seconds from one token to the next. */
    double secondsPerToken() {
        return seconds(total.minus(timeToFirstToken)) / (answerTokens - 1);
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
