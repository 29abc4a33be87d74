package io.stoa.license.use;

import io.stoa.license.clause.Effect;
import java.util.Comparator;
import java.util.List;

/**
 * Whether a use is allowed, with its proof.
 *
 * @param outcome what the grounds come to, the strongest of them
 * @param grounds the clauses and facts that it rests on, the strongest first
 */
public record Answer(Outcome outcome, List<Ground> grounds) {
    /** From the best to the worst. */
    public enum Outcome {
        ALLOWED,
        ALLOWED_WITH_DUTIES,
        UNKNOWN,
        FORBIDDEN
    }

    public Answer {
        grounds = List.copyOf(grounds);
        if (outcome != outcome(grounds)) {
            throw new IllegalArgumentException("the grounds come to " + outcome(grounds) + ", not " + outcome);
        }
    }

    static Answer of(List<Ground> grounds) {
        return new Answer(
                outcome(grounds),
                grounds.stream()
                        .sorted((one, other) -> other.effect().compareTo(one.effect()))
                        .toList());
    }

    /**
     * The same outcome with the fewest grounds that come to it: of what forbids one ground, of what is unknown everything
     * that is missing, and of a permission its duties, its grants and why nothing speaks against it.
     */
    public Answer proof() {
        return switch (outcome) {
            case FORBIDDEN -> Answer.of(List.of(shortest()));
            case UNKNOWN ->
                Answer.of(grounds.stream()
                        .filter(ground -> ground.effect() == Effect.UNCLEAR)
                        .toList());
            case ALLOWED, ALLOWED_WITH_DUTIES -> this;
        };
    }

    /** What could be said to make the answer known, one sentence part for each fact. */
    public List<String> missing() {
        return grounds.stream()
                .flatMap(ground -> ground.missing().stream())
                .distinct()
                .toList();
    }

    /** The prohibition that rests on the fewest facts; one of a settled licence before one that may not be the licence. */
    private Ground shortest() {
        return grounds.stream()
                .filter(ground -> ground.effect() == Effect.FORBIDS)
                .min(Comparator.comparingInt((Ground ground) -> ground.missing().size())
                        .thenComparingInt(ground -> ground.facts().size()))
                .orElseThrow();
    }

    private static Outcome outcome(List<Ground> grounds) {
        return grounds.stream()
                .map(ground -> outcome(ground.effect()))
                .max(Outcome::compareTo)
                // nothing was found that allows it
                .orElse(Outcome.UNKNOWN);
    }

    static Outcome outcome(Effect effect) {
        return switch (effect) {
            case NOTES, ALLOWS -> Outcome.ALLOWED;
            case DUTY -> Outcome.ALLOWED_WITH_DUTIES;
            case UNCLEAR -> Outcome.UNKNOWN;
            case FORBIDS -> Outcome.FORBIDDEN;
        };
    }
}
