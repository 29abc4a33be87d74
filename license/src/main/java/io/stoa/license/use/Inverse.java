package io.stoa.license.use;

import static java.util.Objects.requireNonNull;

import io.stoa.license.use.Answer.Outcome;
import io.stoa.model.IntendedUse.Distribution;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What else a stack may be used for.
 *
 * @param now the outcome of the use as it was stated
 * @param matrix the outcome of each kind of use, all other facts as they were stated
 * @param limits where the outcome changes with a number, ascending for each number
 * @param changes the smallest sets of facts that, stated so, make the use allowed; empty when it is, or when none were found
 * @param replace the models without which the stack is allowed as it is used; empty when it is
 */
public record Inverse(Outcome now, List<Cell> matrix, List<Limit> limits, List<Change> changes, List<String> replace) {
    public Inverse {
        requireNonNull(now, "now");
        matrix = List.copyOf(matrix);
        limits = List.copyOf(limits);
        changes = List.copyOf(changes);
        replace = List.copyOf(replace);
    }

    /** The outcome of one kind of use. */
    public record Cell(
            Distribution distribution,
            boolean commercial,
            boolean modified,
            boolean outputsTrainModels,
            Outcome outcome) {}

    /**
     * A number at which the outcome changes.
     *
     * @param fact the number
     * @param most the largest number with the outcome {@code upTo}
     * @param upTo the outcome for that number
     * @param beyond the outcome for the next one
     */
    public record Limit(Fact fact, long most, Outcome upTo, Outcome beyond) {}

    /**
     * Facts that would change the outcome.
     *
     * @param facts their values; a place is one of many outside the territories that a licence excludes
     * @param then the outcome with them
     */
    public record Change(Map<Fact, String> facts, Outcome then) {
        public Change {
            facts = Map.copyOf(facts);
        }

        /** For a person, such as {@code commercial: false}. */
        public String sentence() {
            return facts.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(fact -> fact.getKey().key() + ": "
                            + (Character.isDigit(fact.getValue().charAt(0)) ? "at most " : "") + fact.getValue())
                    .collect(Collectors.joining(", "));
        }
    }
}
