package io.stoa.license.use;

import io.stoa.license.clause.Condition;
import io.stoa.license.lineage.Lineage;
import io.stoa.model.IntendedUse;
import java.util.List;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is known about a use of a model.
 *
 * @param use what the user said
 * @param lineage what the model's files say
 */
record Facts(IntendedUse use, Lineage lineage) {
    /** The members of the European Union, ISO 3166-1 alpha-2, as of 2020-02-01. */
    private static final Set<String> EUROPEAN_UNION = Set.of(
            "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
            "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK");

    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());

    Truth all(List<Condition> conditions) {
        return conditions.stream().map(this::truth).reduce(Truth.TRUE, Truth::and);
    }

    /** Those of the conditions that no known fact decides. */
    List<Condition> unknown(List<Condition> conditions) {
        return conditions.stream()
                .filter(condition -> truth(condition) == Truth.UNKNOWN)
                .toList();
    }

    Truth truth(Condition condition) {
        return switch (condition) {
            case Condition.Commercial(boolean wanted) -> equal(use.commercial(), wanted);
            case Condition.Distributed(Set<IntendedUse.Distribution> ways) ->
                use.distribution().map(way -> Truth.of(ways.contains(way))).orElse(Truth.UNKNOWN);
            case Condition.Modified(boolean wanted) -> equal(modified(), wanted);
            case Condition.OutputsTrainModels(boolean wanted) -> equal(use.outputsTrainModels(), wanted);
            case Condition.Multimodal(boolean wanted) -> equal(lineage.multimodal(), wanted);
            case Condition.InEuropeanUnion() -> inEuropeanUnion();
            case Condition.Beyond beyond -> {
                OptionalLong number = number(beyond.metric());
                yield number.isPresent() ? Truth.of(beyond.isBeyond(number.getAsLong())) : Truth.UNKNOWN;
            }
        };
    }

    /** The fact that a condition asks for, under the name that it has in an assessment file, and its value. */
    String fact(Condition condition) {
        return switch (condition) {
            case Condition.Commercial _ -> said("commercial", use.commercial());
            case Condition.Distributed _ ->
                said("distribution", use.distribution().map(way -> way.name().toLowerCase(Locale.ROOT)));
            case Condition.Modified _ -> said("modification", modified().map(value -> value ? "yes" : "none"));
            case Condition.OutputsTrainModels _ -> said("outputs-train-models", use.outputsTrainModels());
            case Condition.Multimodal _ -> said("multimodal", lineage.multimodal());
            case Condition.InEuropeanUnion() ->
                said(
                        "territories",
                        Optional.of(new TreeSet<>(use.territories())).filter(territories -> !territories.isEmpty()));
            case Condition.Beyond beyond -> {
                OptionalLong number = number(beyond.metric());
                String fact = beyond.metric().name().toLowerCase(Locale.ROOT).replace('_', '-');
                String when = beyond.date()
                        .map(date -> ", taken for the calendar month before " + date)
                        .orElse("");
                yield number.isPresent() ? fact + ": " + number.getAsLong() + when : fact + ": not said";
            }
        };
    }

    /** How a person supplies the fact that a condition asks for. */
    String remedy(Condition condition) {
        return switch (condition) {
            case Condition.Commercial _ -> "say whether the use is commercial";
            case Condition.Distributed _ -> "say how the model reaches its users (distribution)";
            case Condition.Modified _ -> "say what is done to the weights (modification)";
            case Condition.OutputsTrainModels _ -> "say whether outputs train other models (outputs-train-models)";
            case Condition.Multimodal _ ->
                "use a GGUF file whose architecture tells whether the model takes more than text, or ask its publisher";
            case Condition.InEuropeanUnion() ->
                "say where the licensee is domiciled (territories, as ISO 3166 codes or EU)";
            case Condition.Beyond beyond ->
                "say the number of " + beyond.metric().words();
        };
    }

    /** Stoa's own quantization is a change of the weights, whatever the user said. */
    Optional<Boolean> modified() {
        return lineage.quantizedByStoa()
                ? Optional.of(true)
                : use.modification().map(modification -> modification != IntendedUse.Modification.NONE);
    }

    private OptionalLong number(Condition.Metric metric) {
        return switch (metric) {
            case MONTHLY_ACTIVE_USERS -> use.monthlyActiveUsers();
            case ANNUAL_REVENUE -> use.annualRevenue();
        };
    }

    /** True when one territory is in the Union, unknown when none is and one cannot be placed, such as WORLD. */
    private Truth inEuropeanUnion() {
        Set<String> unplaced = new TreeSet<>();
        for (String territory : use.territories()) {
            String country = country(territory);
            if (country.equals("EU") || EUROPEAN_UNION.contains(country)) {
                return Truth.TRUE;
            }
            if (!COUNTRIES.contains(country)) {
                unplaced.add(territory);
            }
        }
        return use.territories().isEmpty() || !unplaced.isEmpty() ? Truth.UNKNOWN : Truth.FALSE;
    }

    /** The alpha-2 code of an alpha-2, alpha-3 or subdivision code; anything else as it is. */
    private static String country(String territory) {
        String code = territory.strip().toUpperCase(Locale.ROOT).replaceFirst("-.*", "");
        return code.length() != 3
                ? code
                : COUNTRIES.stream()
                        .filter(country -> alpha3(country).equals(code))
                        .findFirst()
                        .orElse(code);
    }

    private static String alpha3(String country) {
        try {
            return Locale.of("", country).getISO3Country();
        } catch (MissingResourceException e) {
            return "";
        }
    }

    private static Truth equal(Optional<Boolean> value, boolean wanted) {
        return value.map(is -> Truth.of(is == wanted)).orElse(Truth.UNKNOWN);
    }

    private static String said(String name, Optional<?> value) {
        return name + ": " + value.map(String::valueOf).orElse("not said");
    }
}
