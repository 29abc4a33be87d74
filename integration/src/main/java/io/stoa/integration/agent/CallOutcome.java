package io.stoa.integration.agent;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.tool.Refusal;
import io.stoa.integration.tool.Spotlight;
import java.time.Duration;
import java.util.Optional;

/**
 * What became of a call.
 *
 * @param tool its name
 * @param state whether it was carried out
 * @param refusal why not, where it was refused
 * @param text the answer as it is, cut to its limit; of a refusal the reason. Not marked: {@link #forModel} is
 * @param trusted whether the answer is as good as what the user said
 * @param took how long the tool took
 */
public record CallOutcome(
        String tool, State state, Optional<Refusal> refusal, String text, boolean trusted, Duration took) {
    public CallOutcome {
        requireNonNull(tool, "tool");
        requireNonNull(text, "text");
        requireNonNull(took, "took");
        if (refusal.isPresent() != (state == State.REFUSED)) {
            throw new IllegalArgumentException("a refusal has a reason, and nothing else has: " + state);
        }
    }

    /** Whether a call was carried out. */
    public enum State {
        /** It was, and this is the answer. */
        DONE,
        /** It failed. Whether it had an effect is not known. */
        FAILED,
        /** It was not. */
        REFUSED
    }

    /** Whether a model is given marked text to read. */
    public boolean isMarked() {
        return state == State.FAILED || (state == State.DONE && !trusted);
    }

    /** What a model is given to read. */
    public String forModel() {
        return switch (state) {
            case DONE -> trusted ? text : Spotlight.mark("tool " + tool, text);
            case FAILED ->
                "The call failed; whether it had an effect is not known.\n" + Spotlight.mark("tool " + tool, text);
            case REFUSED -> "Not carried out: " + text;
        };
    }
}
