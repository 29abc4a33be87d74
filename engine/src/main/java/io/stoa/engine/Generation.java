package io.stoa.engine;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An answer.
 *
 * @param text without the stop string and without end-of-generation markers
 * @param finish why it ended
 * @param promptTokens tokens read, as the engine counted them
 * @param answerTokens tokens generated (an end-of-generation token is not counted)
 * @param timeToFirstToken from the call to the first token, when there was one
 * @param total from the call to the end
 * @param tokens the answer's tokens with their log-probabilities, when {@link GenerateOptions#alternatives} asked for
 *     them; else empty
 */
public record Generation(
        String text,
        Finish finish,
        int promptTokens,
        int answerTokens,
        Optional<Duration> timeToFirstToken,
        Duration total,
        List<ScoredToken> tokens) {
    public Generation {
        tokens = List.copyOf(tokens);
        requireNonNull(text, "text");
        requireNonNull(finish, "finish");
        requireNonNull(timeToFirstToken, "timeToFirstToken");
        requireNonNull(total, "total");
    }

    /** An answer whose tokens are not told. */
    public Generation(
            String text,
            Finish finish,
            int promptTokens,
            int answerTokens,
            Optional<Duration> timeToFirstToken,
            Duration total) {
        this(text, finish, promptTokens, answerTokens, timeToFirstToken, total, List.of());
    }

    /** Why an answer ended. */
    public enum Finish {
        /** The model ended it, or a stop string did. */
        STOP,
        /** The token limit or the end of the context. */
        LENGTH,
        CANCELLED
    }
}
