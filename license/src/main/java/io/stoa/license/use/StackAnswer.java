package io.stoa.license.use;

import static java.util.Objects.requireNonNull;

import io.stoa.license.use.Answer.Outcome;
import io.stoa.model.Role;
import java.util.List;

/**
 * Whether a use of several models together is allowed.
 *
 * @param outcome the worst of the models'
 * @param parts the answer for each model, in the order of the stack
 * @param duties what must be done, each once, however many models ask for it
 */
public record StackAnswer(Outcome outcome, List<PartAnswer> parts, List<Duty> duties) {
    /**
     * The answer for one model.
     *
     * @param model its name
     * @param role what it does in the stack
     * @param answer every reason
     * @param proof the fewest reasons that come to the same outcome
     */
    public record PartAnswer(String model, Role role, Answer answer, Answer proof) {
        public PartAnswer {
            requireNonNull(model, "model");
            requireNonNull(role, "role");
            requireNonNull(answer, "answer");
            requireNonNull(proof, "proof");
        }
    }

    /**
     * Something that must be done.
     *
     * @param todo what
     * @param models the models that ask for it
     * @param bases the clauses that ask for it
     */
    public record Duty(String todo, List<String> models, List<String> bases) {
        public Duty {
            models = List.copyOf(models);
            bases = List.copyOf(bases);
        }
    }

    public StackAnswer {
        parts = List.copyOf(parts);
        duties = List.copyOf(duties);
        Outcome worst = parts.stream()
                .map(part -> part.answer().outcome())
                .max(Outcome::compareTo)
                .orElse(Outcome.UNKNOWN);
        if (outcome != worst) {
            throw new IllegalArgumentException("the models come to " + worst + ", not " + outcome);
        }
    }

    /** The models that decide the outcome: those whose own is the stack's. */
    public List<PartAnswer> deciding() {
        return parts.stream().filter(part -> part.answer().outcome() == outcome).toList();
    }

    /** What could be said to make the answer known. */
    public List<String> missing() {
        return parts.stream()
                .flatMap(part -> part.answer().missing().stream())
                .distinct()
                .toList();
    }
}
