package io.stoa.license.use;

import static java.util.Objects.requireNonNull;

import io.stoa.license.clause.Effect;
import io.stoa.license.clause.Topic;
import java.util.List;
import java.util.Optional;

/**
 * One reason of an answer.
 *
 * @param effect what it does to the answer
 * @param steps the names of the steps of the lineage that it concerns
 * @param license the id of the licence that it comes from, when it comes from one
 * @param sentence the reason, for a person
 * @param remedy what to do about it; always there unless it only allows
 * @param basis the section, how it is known and since when; for reasons that no clause gives, what gave them
 * @param facts the facts that it hangs on, such as {@code commercial: true}; no more of them than decide it
 * @param topic what the clause that it comes from is about, when it comes from one
 * @param missing how to supply the facts that it lacks, one sentence part for each
 * @param provides what a duty asks to be made, in words, where the clause says so in data
 */
public record Ground(
        Effect effect,
        List<String> steps,
        Optional<String> license,
        String sentence,
        Optional<String> remedy,
        String basis,
        List<String> facts,
        Optional<Topic> topic,
        List<String> missing,
        List<String> provides) {
    public Ground {
        requireNonNull(effect, "effect");
        requireNonNull(license, "license");
        requireNonNull(basis, "basis");
        steps = List.copyOf(steps);
        facts = List.copyOf(facts);
        requireNonNull(topic, "topic");
        missing = List.copyOf(missing);
        provides = List.copyOf(provides);
        if (sentence.isBlank()) {
            throw new IllegalArgumentException("a ground has a sentence");
        }
        if (effect.compareTo(Effect.DUTY) >= 0 && remedy.isEmpty()) {
            throw new IllegalArgumentException("a ground that is " + effect + " says what to do: " + sentence);
        }
    }
}
