package io.stoa.license.clause;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * One thing that a licence says, in our words.
 *
 * @param topic what it is about
 * @param effect what it does
 * @param when it does so when all of these hold; always when there are none
 * @param says what it says, as a sentence part without a full stop
 * @param remedy what to do about it; always there unless it only allows or notes
 * @param section where the text says so, such as {@code 1.b.i}
 * @param reliability how it is known
 */
public record Clause(
        Topic topic,
        Effect effect,
        List<Condition> when,
        String says,
        Optional<String> remedy,
        String section,
        Reliability reliability) {
    public Clause {
        requireNonNull(topic, "topic");
        requireNonNull(effect, "effect");
        requireNonNull(reliability, "reliability");
        when = List.copyOf(when);
        if (says.isBlank() || section.isBlank()) {
            throw new IllegalArgumentException("a clause says something and names its section: " + topic);
        }
        if (effect.compareTo(Effect.DUTY) >= 0 && remedy.isEmpty()) {
            throw new IllegalArgumentException("a clause that is " + effect + " needs a remedy: " + says);
        }
    }
}
