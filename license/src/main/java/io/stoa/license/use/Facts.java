package io.stoa.license.use;

import io.stoa.license.clause.Condition;
import io.stoa.license.lineage.Lineage;
import io.stoa.model.IntendedUse;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is known about a use of a model.
 *
 * @param use what the user said
 * @param lineage what the model's files say
 * @param worst whether a number that is also the most of a narrower one, which was not said, is taken for that one, and
 *     outputs of which only is said that they train models for training models of other families; otherwise the narrower
 *     fact is taken to be the best one
 */
record Facts(IntendedUse use, Lineage lineage, boolean worst) {
    Facts(IntendedUse use, Lineage lineage) {
        this(use, lineage, true);
    }

    /** The same facts, narrower ones taken to be the best that they can be. */
    Facts best() {
        return new Facts(use, lineage, false);
    }

    Truth all(List<Condition> conditions) {
        return conditions.stream().map(this::truth).reduce(Truth.TRUE, Truth::and);
    }

    /** Those of the conditions that no known fact decides; of alternatives, the undecided parts. */
    List<Condition> unknown(List<Condition> conditions) {
        return conditions.stream()
                .filter(condition -> truth(condition) == Truth.UNKNOWN)
                .flatMap(condition -> condition instanceof Condition.AnyOf(List<List<Condition>> alternatives)
                        ? alternatives.stream()
                                .filter(alternative -> all(alternative) == Truth.UNKNOWN)
                                .flatMap(alternative -> unknown(alternative).stream())
                        : Stream.of(condition))
                .toList();
    }

    /** The fewest of the conditions that make all of them false: one does. */
    List<Condition> refuting(List<Condition> conditions) {
        return conditions.stream()
                .filter(condition -> truth(condition) == Truth.FALSE)
                .limit(1)
                .toList();
    }

    /** The conditions that hold, of alternatives one that does. */
    List<Condition> holding(List<Condition> conditions) {
        return conditions.stream()
                .flatMap(condition -> condition instanceof Condition.AnyOf(List<List<Condition>> alternatives)
                        ? alternatives.stream()
                                .filter(alternative -> all(alternative) == Truth.TRUE)
                                .limit(1)
                                .flatMap(List::stream)
                        : Stream.of(condition))
                .toList();
    }

    Truth truth(Condition condition) {
        return switch (condition) {
            case Condition.Commercial(boolean wanted) -> equal(use.commercial(), wanted);
            case Condition.Distributed(Set<IntendedUse.Distribution> ways) -> among(use.distribution(), ways);
            case Condition.Modified(boolean wanted) -> equal(modified(), wanted);
            case Condition.OutputsTrainModels(boolean wanted) -> equal(outputsTrainModels(), wanted);
            case Condition.OutputsTrainOthers(Set<String> own) -> others(own);
            case Condition.OutputsTrainFamily(String family) -> family(family);
            case Condition.Multimodal(boolean wanted) -> equal(lineage.multimodal(), wanted);
            case Condition.InEuropeanUnion() -> domiciledInEuropeanUnion();
            case Condition.InTerritory(Set<String> codes) -> in(codes);
            case Condition.EntityIs(Set<IntendedUse.Entity> kinds) -> among(use.entity(), kinds);
            case Condition.InDomain(Set<IntendedUse.Domain> domains) ->
                use.domains()
                        .map(all -> Truth.of(!Collections.disjoint(all, domains)))
                        .orElse(Truth.UNKNOWN);
            case Condition.Production(boolean wanted) -> equal(use.production(), wanted);
            case Condition.Registered(boolean wanted) -> equal(use.registered(), wanted);
            case Condition.GuardrailsWeakened(boolean wanted) -> equal(use.guardrailsWeakened(), wanted);
            case Condition.Distilled(boolean wanted) -> equal(distilled(), wanted);
            case Condition.AnyOf(List<List<Condition>> alternatives) ->
                alternatives.stream().map(this::all).reduce(Truth.FALSE, Truth::or);
            case Condition.Beyond beyond -> beyond(beyond);
        };
    }

    /** The fact that a condition asks for, under the name that it has in an assessment file, and its value. */
    String fact(Condition condition) {
        return switch (condition) {
            case Condition.Commercial _ -> said(Fact.COMMERCIAL);
            case Condition.Distributed _ -> said(Fact.DISTRIBUTION);
            case Condition.Modified _ ->
                "modification: "
                        + modified().map(value -> value ? "yes" : "none").orElse("not said");
            case Condition.OutputsTrainModels _ -> said(Fact.OUTPUTS_TRAIN_MODELS);
            case Condition.OutputsTrainOthers _, Condition.OutputsTrainFamily _ ->
                use.outputsTrain().isEmpty() ? said(Fact.OUTPUTS_TRAIN_MODELS) : said(Fact.OUTPUTS_TRAIN);
            case Condition.Multimodal _ ->
                "multimodal: " + lineage.multimodal().map(String::valueOf).orElse("not said");
            case Condition.InEuropeanUnion() ->
                use.domicile().isPresent() ? said(Fact.DOMICILE) : said(Fact.TERRITORIES);
            case Condition.InTerritory _ -> said(Fact.TERRITORIES);
            case Condition.EntityIs _ -> said(Fact.ENTITY);
            case Condition.InDomain _ -> said(Fact.DOMAINS);
            case Condition.Production _ -> said(Fact.PRODUCTION);
            case Condition.Registered _ -> said(Fact.REGISTERED);
            case Condition.GuardrailsWeakened _ -> said(Fact.GUARDRAILS_WEAKENED);
            case Condition.Distilled _ -> said(Fact.DISTILLED);
            case Condition.AnyOf(List<List<Condition>> alternatives) ->
                alternatives.stream()
                        .flatMap(List::stream)
                        .map(this::fact)
                        .distinct()
                        .collect(Collectors.joining(", "));
            case Condition.Beyond beyond ->
                on(beyond).isPresent()
                        ? "monthly-active-users-on: %d in the calendar month before %s"
                                .formatted(on(beyond).getAsLong(), beyond.date().orElseThrow())
                        : said(source(beyond))
                                + (beyond.test() == Condition.Test.ONE_OFF
                                                && number(beyond).isPresent()
                                        ? ", the highest month so far, taken for the calendar month before "
                                                + beyond.date()
                                                        .map(LocalDate::toString)
                                                        .orElse("the release date")
                                        : "");
        };
    }

    /** How a person supplies the fact that a condition asks for. */
    String remedy(Condition condition) {
        return switch (condition) {
            case Condition.Commercial _ -> "say whether the use is commercial";
            case Condition.Distributed _ -> "say how the model reaches its users (distribution)";
            case Condition.Modified _ -> "say what is done to the weights (modification)";
            case Condition.OutputsTrainModels _, Condition.OutputsTrainOthers _ ->
                "say whether outputs train other models (outputs-train-models)";
            case Condition.OutputsTrainFamily _ -> "say which families of models outputs train (outputs-train)";
            case Condition.Multimodal _ ->
                "use a GGUF file whose architecture tells whether the model takes more than text, or ask its publisher";
            case Condition.InEuropeanUnion() ->
                "say where the licensee is domiciled (territories, as ISO 3166 codes or EU)";
            case Condition.InTerritory _ ->
                "say where the licensee is domiciled and the model is used (territories, as ISO 3166 codes or EU)";
            case Condition.EntityIs _ -> "say what kind of licensee you are (entity)";
            case Condition.InDomain(Set<IntendedUse.Domain> domains) ->
                "say whether the use touches %s (domains; [] when it touches none)"
                        .formatted(domains.stream()
                                .sorted()
                                .map(domain ->
                                        domain.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                                .collect(Collectors.joining(", ")));
            case Condition.Production _ -> "say whether it is used in production (production)";
            case Condition.Registered _ -> "say whether you are registered with the licensor (registered)";
            case Condition.GuardrailsWeakened _ ->
                "say whether safety measures are removed or weakened (guardrails-weakened)";
            case Condition.Distilled _ -> "say whether another model is trained to perform alike (distilled)";
            case Condition.AnyOf(List<List<Condition>> alternatives) ->
                alternatives.stream()
                        .flatMap(List::stream)
                        .filter(part -> truth(part) == Truth.UNKNOWN)
                        .map(this::remedy)
                        .distinct()
                        .collect(Collectors.joining("; "));
            case Condition.Beyond beyond ->
                "say the number of %s (%s)"
                        .formatted(beyond.metric().words(), source(beyond).key());
        };
    }

    /** Stoa's own quantization is a change of the weights, whatever the user said. */
    Optional<Boolean> modified() {
        return lineage.quantizedByStoa()
                ? Optional.of(true)
                : use.modification().map(modification -> modification != IntendedUse.Modification.NONE);
    }

    /** Who names the models that outputs train has said that they do, and so has who distils. */
    private Optional<Boolean> outputsTrainModels() {
        boolean implied = !use.outputsTrain().isEmpty() || use.distilled().equals(Optional.of(true));
        return implied ? Optional.of(true) : use.outputsTrainModels();
    }

    /** Where outputs train no model, none is trained to perform alike. */
    private Optional<Boolean> distilled() {
        return use.distilled().or(() -> outputsTrainModels().filter(trains -> !trains));
    }

    /** Outputs of which only is said that they train models are taken to train models of other families. */
    private Truth others(Set<String> own) {
        Set<String> known = own.stream().map(Facts::plain).collect(Collectors.toSet());
        return use.outputsTrain().isEmpty()
                ? assumed(equal(outputsTrainModels(), true))
                : Truth.of(use.outputsTrain().stream().map(Facts::plain).anyMatch(family -> !known.contains(family)));
    }

    private Truth family(String family) {
        if (use.outputsTrain().isEmpty()) {
            return outputsTrainModels().equals(Optional.of(false)) ? Truth.FALSE : Truth.UNKNOWN;
        }
        return Truth.of(use.outputsTrain().stream().map(Facts::plain).anyMatch(plain(family)::equals));
    }

    /** {@code Llama-2} and {@code llama2} are one family. */
    private static String plain(String family) {
        return family.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}.]", "");
    }

    private Truth assumed(Truth truth) {
        return truth == Truth.TRUE && !worst ? Truth.FALSE : truth;
    }

    private Truth beyond(Condition.Beyond beyond) {
        OptionalLong exact = on(beyond);
        if (exact.isPresent()) {
            return Truth.of(beyond.isBeyond(exact.getAsLong()));
        }
        OptionalLong number = number(beyond);
        OptionalLong most = most(beyond);
        Truth truth = number.isPresent()
                ? Truth.of(beyond.isBeyond(number.getAsLong()))
                : most.isPresent() && !beyond.isBeyond(most.getAsLong()) ? Truth.FALSE : least(beyond);
        return isNarrower(beyond) ? assumed(truth) : truth;
    }

    /** Whether a narrower number than the one that is known is asked for: of the product alone, or of a past month. */
    private boolean isNarrower(Condition.Beyond beyond) {
        boolean product = beyond.of() == Condition.Whose.PRODUCT;
        boolean past = beyond.test() == Condition.Test.ONE_OFF && beyond.date().isPresent();
        return beyond.metric() == Condition.Metric.MONTHLY_ACTIVE_USERS
                && (product ? use.productMonthlyActiveUsers().isEmpty() : past);
    }

    /** The count that was said for the day of a one-off test. */
    private OptionalLong on(Condition.Beyond beyond) {
        return beyond.metric() == Condition.Metric.MONTHLY_ACTIVE_USERS
                        && beyond.test() == Condition.Test.ONE_OFF
                        && beyond.of() != Condition.Whose.PRODUCT
                ? beyond.date()
                        .filter(use.monthlyActiveUsersOn()::containsKey)
                        .map(date -> OptionalLong.of(use.monthlyActiveUsersOn().getOrDefault(date, 0L)))
                        .orElse(OptionalLong.empty())
                : OptionalLong.empty();
    }

    /**
     * The number to hold against a limit. What licensee and affiliates have together counts for the product as well, unless
     * the product's own number is said.
     */
    private OptionalLong number(Condition.Beyond beyond) {
        return switch (beyond.metric()) {
            case MONTHLY_ACTIVE_USERS ->
                source(beyond) == Fact.PRODUCT_MONTHLY_ACTIVE_USERS
                        ? use.productMonthlyActiveUsers()
                        : use.monthlyActiveUsers();
            case DAILY_ACTIVE_USERS -> use.dailyActiveUsers();
            case ANNUAL_REVENUE -> use.annualRevenue();
            case MONTHLY_REVENUE -> use.monthlyRevenue();
        };
    }

    private Fact source(Condition.Beyond beyond) {
        return switch (beyond.metric()) {
            case MONTHLY_ACTIVE_USERS ->
                beyond.of() == Condition.Whose.PRODUCT
                                && use.productMonthlyActiveUsers().isPresent()
                        ? Fact.PRODUCT_MONTHLY_ACTIVE_USERS
                        : Fact.MONTHLY_ACTIVE_USERS;
            case DAILY_ACTIVE_USERS -> Fact.DAILY_ACTIVE_USERS;
            case ANNUAL_REVENUE -> Fact.ANNUAL_REVENUE;
            case MONTHLY_REVENUE -> Fact.MONTHLY_REVENUE;
        };
    }

    /** A number that the one asked for cannot exceed: a day's users are its month's, a month's money its year's. */
    private OptionalLong most(Condition.Beyond beyond) {
        return switch (beyond.metric()) {
            case MONTHLY_ACTIVE_USERS, ANNUAL_REVENUE -> OptionalLong.empty();
            case DAILY_ACTIVE_USERS -> use.monthlyActiveUsers();
            case MONTHLY_REVENUE -> use.annualRevenue();
        };
    }

    /** True when a part alone lies beyond the limit: the whole then does as well. */
    private Truth least(Condition.Beyond beyond) {
        OptionalLong part = switch (beyond.metric()) {
            case MONTHLY_ACTIVE_USERS ->
                use.productMonthlyActiveUsers().isPresent() ? use.productMonthlyActiveUsers() : use.dailyActiveUsers();
            case ANNUAL_REVENUE -> use.monthlyRevenue();
            case DAILY_ACTIVE_USERS, MONTHLY_REVENUE -> OptionalLong.empty();
        };
        return part.isPresent() && beyond.isBeyond(part.getAsLong()) ? Truth.TRUE : Truth.UNKNOWN;
    }

    /** Decided by the domicile where it is said, and otherwise by the territories when they all say the same. */
    private Truth domiciledInEuropeanUnion() {
        Set<String> places = use.domicile().map(Set::of).orElse(use.territories());
        Set<Truth> answers =
                places.stream().map(place -> Territory.in(place, Set.of("EU"))).collect(Collectors.toSet());
        return answers.size() == 1 ? answers.iterator().next() : Truth.UNKNOWN;
    }

    /** Known to be outside only when the territories are said and all lie outside. */
    private Truth in(Set<String> codes) {
        Set<String> places = new TreeSet<>(use.territories());
        use.domicile().ifPresent(places::add);
        Truth inside = places.stream().map(place -> Territory.in(place, codes)).reduce(Truth.FALSE, Truth::or);
        return inside == Truth.FALSE && use.territories().isEmpty() ? Truth.UNKNOWN : inside;
    }

    private static Truth equal(Optional<Boolean> value, boolean wanted) {
        return value.map(is -> Truth.of(is == wanted)).orElse(Truth.UNKNOWN);
    }

    private static <E extends Enum<E>> Truth among(Optional<E> value, Set<E> wanted) {
        return value.map(is -> Truth.of(wanted.contains(is))).orElse(Truth.UNKNOWN);
    }

    private String said(Fact fact) {
        return fact.key() + ": " + fact.said(use).orElse("not said");
    }
}
