package io.stoa.license.clause;

import java.util.ArrayList;
import java.util.List;

/**
 * What two licences say differently in one column.
 *
 * @param column the column
 * @param one where the first stands
 * @param other where the second stands
 * @param onlyOne what only the first says, in words
 * @param onlyOther what only the second says, in words
 */
public record Difference(Column column, Standing one, Standing other, List<String> onlyOne, List<String> onlyOther) {
    /** Where a licence stands in a column: what its strongest clause does there. From harmless to harmful. */
    public enum Standing {
        FREE("nothing is asked", 0),
        DUTY("duties", 1),
        UNCLEAR_SOMETIMES("unclear in some cases", 2),
        UNCLEAR("unclear", 3),
        FORBIDS_SOMETIMES("forbidden in some cases", 4),
        FORBIDS("forbidden", 5);

        private final String words;
        private final int harm;

        Standing(String words, int harm) {
            this.words = words;
            this.harm = harm;
        }

        /** In words, for a person. */
        public String words() {
            return words;
        }
    }

    public Difference {
        onlyOne = List.copyOf(onlyOne);
        onlyOther = List.copyOf(onlyOther);
    }

    static Difference of(Column column, License one, License other) {
        List<Clause> first = clauses(column, one);
        List<Clause> second = clauses(column, other);
        return new Difference(
                column, standing(first), standing(second), missing(first, second), missing(second, first));
    }

    /** Whether both say the same. */
    public boolean sameInBoth() {
        return onlyOne.isEmpty() && onlyOther.isEmpty();
    }

    /** Whether the standing itself differs: reading one licence for the other gives a wrong answer. */
    public boolean flips() {
        return one != other;
    }

    /** Higher for a difference that does more harm to whoever takes one licence for the other. */
    int harm() {
        int worst = Math.max(one.harm, other.harm);
        int distance = Math.abs(one.harm - other.harm);
        return (flips() ? 1_000 : 0) + 100 * distance + worst;
    }

    private static List<Clause> clauses(Column column, License license) {
        return license.clauses().stream()
                .filter(clause -> Column.of(clause.topic()) == column)
                .toList();
    }

    private static Standing standing(List<Clause> clauses) {
        Standing standing = clauses.isEmpty() ? Standing.UNCLEAR : Standing.FREE;
        for (Clause clause : clauses) {
            boolean always = clause.when().isEmpty();
            Standing here = switch (clause.effect()) {
                case NOTES, ALLOWS -> Standing.FREE;
                case DUTY -> Standing.DUTY;
                case UNCLEAR -> always ? Standing.UNCLEAR : Standing.UNCLEAR_SOMETIMES;
                case FORBIDS -> always ? Standing.FORBIDS : Standing.FORBIDS_SOMETIMES;
            };
            standing = here.compareTo(standing) > 0 ? here : standing;
        }
        return standing;
    }

    private static List<String> missing(List<Clause> clauses, List<Clause> elsewhere) {
        List<String> there = elsewhere.stream().map(Difference::words).toList();
        List<String> missing = new ArrayList<>();
        for (Clause clause : clauses) {
            if (!there.contains(words(clause))) {
                missing.add(words(clause));
            }
        }
        return missing;
    }

    private static String words(Clause clause) {
        StringBuilder words = new StringBuilder(clause.says());
        if (!clause.when().isEmpty()) {
            words.append(", when ")
                    .append(String.join(
                            " and ",
                            clause.when().stream().map(ConditionWords::of).toList()));
        }
        if (!clause.provides().isEmpty()) {
            words.append(": ")
                    .append(String.join(
                            ", ",
                            clause.provides().stream().map(Provision::words).toList()));
        }
        return words.toString();
    }
}
