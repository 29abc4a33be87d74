package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A question that a device was asked, without its words.
 *
 * @param time when it came
 * @param call what was asked of the model
 * @param end how it ended
 * @param promptTokens tokens read
 * @param answerTokens tokens generated
 * @param firstToken from the call to the first token, when there was one
 * @param total from the call to the end
 * @param promptBytes the question's length in UTF-8
 * @param answerBytes the answer's
 * @param content question and answer, when the device keeps them
 */
public record Answered(
        Instant time,
        Call call,
        End end,
        int promptTokens,
        int answerTokens,
        Optional<Duration> firstToken,
        Duration total,
        long promptBytes,
        long answerBytes,
        Optional<Content> content) {
    public Answered {
        requireNonNull(time, "time");
        requireNonNull(call, "call");
        requireNonNull(end, "end");
        requireNonNull(firstToken, "firstToken");
        requireNonNull(total, "total");
        requireNonNull(content, "content");
    }

    /** What was asked of the model. */
    public enum Call {
        CHAT,
        TEXT,
        EMBEDDING
    }

    /** How it ended. */
    public enum End {
        /** The model ended it. */
        WHOLE,
        /** The limit of tokens did. */
        CUT,
        /** Its caller left. */
        ABANDONED,
        /** The engine did not answer. */
        FAILED
    }

    /** What was said. */
    public record Content(String prompt, String answer) {
        public Content {
            requireNonNull(prompt, "prompt");
            requireNonNull(answer, "answer");
        }
    }
}
