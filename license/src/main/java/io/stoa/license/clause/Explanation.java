package io.stoa.license.clause;

import io.stoa.license.text.UserCopy;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a licence says, column by column, for a person.
 *
 * @param id the licence's id
 * @param name its name
 * @param dated the date that it gives itself, when it has one
 * @param source where the text is published
 * @param read when it was read
 * @param columns all columns, in their order
 */
public record Explanation(
        String id, String name, Optional<String> dated, String source, LocalDate read, List<Part> columns) {
    public Explanation {
        columns = List.copyOf(columns);
    }

    /**
     * One column.
     *
     * @param column which
     * @param sentences what the licence says about it, the strongest first; empty when nothing is known, which is no
     *     permission
     */
    public record Part(Column column, List<Sentence> sentences) {
        public Part {
            sentences = List.copyOf(sentences);
        }
    }

    /**
     * One clause in words.
     *
     * @param effect what it does
     * @param when under which conditions, empty when always
     * @param says what it says
     * @param remedy what to do about it
     * @param provides what it asks to be made
     * @param section where the text says so
     * @param reliability how it is known
     * @param read when it was read
     * @param quote the passage in the user's own copy, when there is one and it has it word for word
     */
    public record Sentence(
            Effect effect,
            List<String> when,
            String says,
            Optional<String> remedy,
            List<String> provides,
            String section,
            Reliability reliability,
            LocalDate read,
            Optional<UserCopy.Passage> quote) {
        public Sentence {
            when = List.copyOf(when);
            provides = List.copyOf(provides);
        }
    }

    /** Explains a licence; passages are quoted from the user's own copy of it, when there is one. */
    public static Explanation of(License license, Optional<UserCopy> copy) {
        List<Part> columns = new ArrayList<>();
        for (Column column : Column.values()) {
            List<Sentence> sentences = license.clauses().stream()
                    .filter(clause -> Column.of(clause.topic()) == column)
                    .map(clause -> sentence(clause, copy))
                    .sorted(Comparator.comparing(Sentence::effect).reversed())
                    .toList();
            columns.add(new Part(column, sentences));
        }
        return new Explanation(
                license.id(), license.name(), license.dated(), license.source(), license.read(), columns);
    }

    /** How many clauses are quoted. */
    public long quoted() {
        return columns.stream()
                .flatMap(part -> part.sentences().stream())
                .filter(sentence -> sentence.quote().isPresent())
                .count();
    }

    private static Sentence sentence(Clause clause, Optional<UserCopy> copy) {
        return new Sentence(
                clause.effect(),
                clause.when().stream().map(ConditionWords::of).toList(),
                clause.says(),
                clause.remedy(),
                clause.provides().stream().map(Provision::words).toList(),
                clause.section(),
                clause.reliability(),
                clause.read(),
                clause.quote().flatMap(quote -> copy.flatMap(text -> text.find(quote))));
    }

    /** What two licences say differently, the differences that can do most harm first. */
    public static List<Difference> differences(License one, License other) {
        return Arrays.stream(Column.values())
                .map(column -> Difference.of(column, one, other))
                .filter(difference -> !difference.sameInBoth())
                .sorted(Comparator.comparingInt(Difference::harm).reversed())
                .toList();
    }
}
