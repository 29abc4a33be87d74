package io.stoa.inspect.observation;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * How a check of a file came out.
 *
 * @param check which
 * @param outcome how
 * @param file the file, relative to what was examined
 * @param place where in it: a tensor, a key, an offset, a line
 * @param sentence one sentence that a person reads
 * @param remedy what to do: always there for what is not {@link Outcome#PASS}
 */
public record Observation(
        Check check, Outcome outcome, String file, Optional<String> place, String sentence, Optional<String> remedy) {
    public Observation {
        requireNonNull(check, "check");
        requireNonNull(outcome, "outcome");
        requireNonNull(file, "file");
        requireNonNull(place, "place");
        if (sentence.isBlank()) {
            throw new IllegalArgumentException("an observation of " + check.id() + " has no sentence");
        }
        if (outcome != Outcome.PASS && remedy.isEmpty()) {
            throw new IllegalArgumentException("an observation that is " + outcome + " says what to do: " + sentence);
        }
    }
}
