package io.stoa.license.clause;

import io.stoa.model.IntendedUse.Domain;
import io.stoa.model.IntendedUse.Entity;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
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
            case Condition.InTerritory(Set<String> codes) ->
                "the licensee is domiciled or the model used in " + String.join(" or ", new TreeSet<>(codes));
            case Condition.EntityIs(Set<Entity> kinds) -> "the licensee is of the kind " + names(kinds);
            case Condition.InDomain(Set<Domain> domains) -> "the use touches " + names(domains);
            case Condition.Production(boolean value) ->
                value ? "it is used in production" : "it is only tested or researched";
            case Condition.Registered(boolean value) ->
                value
                        ? "the licensee is registered with the licensor"
                        : "the licensee is not registered with the licensor";
            case Condition.GuardrailsWeakened(boolean value) ->
                value
                        ? "safety measures are weakened without a comparable replacement"
                        : "safety measures are left as they are";
            case Condition.Distilled(boolean value) ->
                value ? "another model is trained to perform alike" : "no other model is trained to perform alike";
            case Condition.OutputsTrainFamily(String family) -> "outputs train a model of the family " + family;
            case Condition.OutputsTrainOthers(Set<String> own) ->
                "outputs train a model of another family than " + String.join(" or ", new TreeSet<>(own));
            case Condition.AnyOf(List<List<Condition>> alternatives) ->
                alternatives.stream().map(ConditionWords::all).collect(Collectors.joining(", or "));
            case Condition.Beyond beyond -> beyond(beyond);
        };
    }

    private static String all(List<Condition> conditions) {
        return conditions.stream().map(ConditionWords::of).collect(Collectors.joining(" and "));
    }

    private static String names(Set<? extends Enum<?>> constants) {
        return constants.stream()
                .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .sorted()
                .collect(Collectors.joining(" or "));
    }

    private static String beyond(Condition.Beyond beyond) {
        return String.format(
                Locale.ROOT,
                "%s %s %,d %s, %s",
                switch (beyond.of()) {
                    case PRODUCT -> "the product has";
                    case LICENSEE -> "the licensee has";
                    case LICENSEE_AND_AFFILIATES -> "licensee and affiliates have";
                },
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
