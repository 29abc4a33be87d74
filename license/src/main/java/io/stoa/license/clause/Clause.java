package io.stoa.license.clause;

import static java.util.Objects.requireNonNull;

import io.stoa.license.text.Quote;
import java.time.LocalDate;
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
 * @param provides what a duty asks to be made, as far as a machine can make or check it
 * @param section where the text says so, such as {@code 1.b.i}
 * @param quote where it stands in a copy of the text; absent when no copy was at hand, or when it rests on the whole text
 * @param reliability how it is known
 * @param read when it was read
 */
public record Clause(
        Topic topic,
        Effect effect,
        List<Condition> when,
        String says,
        Optional<String> remedy,
        List<Provision> provides,
        String section,
        Optional<Quote> quote,
        Reliability reliability,
        LocalDate read) {
    public Clause {
        requireNonNull(topic, "topic");
        requireNonNull(effect, "effect");
        requireNonNull(quote, "quote");
        requireNonNull(reliability, "reliability");
        requireNonNull(read, "read");
        when = List.copyOf(when);
        provides = List.copyOf(provides);
        if (says.isBlank() || section.isBlank()) {
            throw new IllegalArgumentException("a clause says something and names its section: " + topic);
        }
        if (effect.compareTo(Effect.DUTY) >= 0 && remedy.isEmpty()) {
            throw new IllegalArgumentException("a clause that is " + effect + " needs a remedy: " + says);
        }
        if (effect != Effect.DUTY && !provides.isEmpty()) {
            throw new IllegalArgumentException("only a duty provides something: " + says);
        }
        if (reliability == Reliability.SECONDARY && quote.isPresent()) {
            throw new IllegalArgumentException("a clause that is quoted was read: " + says);
        }
    }

    /** Where the text says so, for a person: a section by its number or title, and other places as they are. */
    public String place() {
        return place(section);
    }

    /** A {@link #section()} for a person. */
    public static String place(String section) {
        return Character.isLowerCase(section.codePointAt(0)) ? section : "section " + section;
    }

    /** Whether it is about models that outputs train: then it holds of a teacher's student as well. */
    public boolean concernsOutputs() {
        return topic == Topic.OUTPUTS_TO_TRAIN || concernOutputs(when);
    }

    private static boolean concernOutputs(List<Condition> conditions) {
        return conditions.stream()
                .anyMatch(condition -> condition instanceof Condition.OutputsTrainModels
                        || condition instanceof Condition.OutputsTrainOthers
                        || condition instanceof Condition.OutputsTrainFamily
                        || condition instanceof Condition.Distilled
                        || (condition instanceof Condition.AnyOf(List<List<Condition>> alternatives)
                                && alternatives.stream().anyMatch(Clause::concernOutputs)));
    }
}
