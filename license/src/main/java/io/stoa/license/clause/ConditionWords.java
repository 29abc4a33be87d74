package io.stoa.license.clause;

import java.time.LocalDate;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A condition in words that follow "when", for a person. */
final class ConditionWords {
    private ConditionWords() {}

    static String of(Condition condition) {
        return switch (condition) {
            case Condition.Commercial(boolean value) -> value ? "the use is commercial" : "the use is not commercial";
            case Condition.Distributed distributed ->
                "it is "
                        + new TreeSet<>(distributed.ways())
                                .stream()
                                        .map(way -> switch (way) {
                                            case INTERNAL -> "kept inside the organization";
                                            case HOSTED -> "offered as a service";
                                            case PRODUCT -> "shipped inside a product";
                                            case WEIGHTS -> "passed on as weights";
                                        })
                                        .collect(Collectors.joining(" or "));
            case Condition.Modified(boolean value) ->
                value ? "the weights are changed (quantizing is a change)" : "the weights are unchanged";
            case Condition.OutputsTrainModels(boolean value) ->
                value ? "outputs train or improve other models" : "outputs train no other model";
            case Condition.Multimodal(boolean value) ->
                value ? "the model takes more than text" : "the model takes text only";
            case Condition.InEuropeanUnion() -> "the licensee is domiciled in the European Union";
            case Condition.Beyond beyond -> beyond(beyond);
        };
    }

    private static String beyond(Condition.Beyond beyond) {
        return String.format(
                Locale.ROOT,
                "there are %s %,d %s, %s",
                beyond.inclusive() ? "at least" : "more than",
                beyond.limit(),
                beyond.metric().words(),
                test(beyond.test(), beyond.date()));
    }

    private static String test(Condition.Test test, Optional<LocalDate> date) {
        return switch (test) {
            case ONE_OFF ->
                date.map(day -> "counted once, for the calendar month before " + day)
                        .orElse("counted once, on a day that the text does not settle");
            case CONTINUOUS -> "at any time";
        };
    }
}
