package io.stoa.license.use;

import io.stoa.license.clause.Effect;
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

    private static Outcome outcome(List<Ground> grounds) {
        return grounds.stream()
                .map(ground -> outcome(ground.effect()))
                .max(Outcome::compareTo)
                // nothing was found that allows it
                .orElse(Outcome.UNKNOWN);
    }

    private static Outcome outcome(Effect effect) {
        return switch (effect) {
            case NOTES, ALLOWS -> Outcome.ALLOWED;
            case DUTY -> Outcome.ALLOWED_WITH_DUTIES;
            case UNCLEAR -> Outcome.UNKNOWN;
            case FORBIDS -> Outcome.FORBIDDEN;
        };
    }
}
