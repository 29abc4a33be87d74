package io.stoa.license.use;

import io.stoa.model.IntendedUse;
import io.stoa.model.IntendedUse.Distribution;
import io.stoa.model.IntendedUse.Domain;
import io.stoa.model.IntendedUse.Entity;
import io.stoa.model.IntendedUse.Modification;
import io.stoa.model.StoaException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A fact about a use that a person may state, under the key that it has in an assessment file. */
public enum Fact {
    COMMERCIAL(truth(IntendedUse::commercial, IntendedUse.Builder::commercial)),
    DISTRIBUTION(constant(Distribution.class, IntendedUse::distribution, IntendedUse.Builder::distribution)),
    MONTHLY_ACTIVE_USERS(number(IntendedUse::monthlyActiveUsers, IntendedUse.Builder::monthlyActiveUsers)),
    ANNUAL_REVENUE(number(IntendedUse::annualRevenue, IntendedUse.Builder::annualRevenue)),
    TERRITORIES(words(IntendedUse::territories, IntendedUse.Builder::territories, "[A-Z]{2}", "DE, US or EU")),
    MODIFICATION(constant(Modification.class, IntendedUse::modification, IntendedUse.Builder::modification)),
    OUTPUTS_TRAIN_MODELS(truth(IntendedUse::outputsTrainModels, IntendedUse.Builder::outputsTrainModels)),
    ENTITY(constant(Entity.class, IntendedUse::entity, IntendedUse.Builder::entity)),
    DOMAINS(domains()),
    PRODUCTION(truth(IntendedUse::production, IntendedUse.Builder::production)),
    DOMICILE(domicile()),
    REGISTERED(truth(IntendedUse::registered, IntendedUse.Builder::registered)),
    GUARDRAILS_WEAKENED(truth(IntendedUse::guardrailsWeakened, IntendedUse.Builder::guardrailsWeakened)),
    DISTILLED(truth(IntendedUse::distilled, IntendedUse.Builder::distilled)),
    OUTPUTS_TRAIN(words(
            IntendedUse::outputsTrain, IntendedUse.Builder::outputsTrain, "[A-Za-z0-9][A-Za-z0-9._-]*", "llama2")),
    PRODUCT_MONTHLY_ACTIVE_USERS(
            number(IntendedUse::productMonthlyActiveUsers, IntendedUse.Builder::productMonthlyActiveUsers)),
    MONTHLY_ACTIVE_USERS_ON(counts()),
    DAILY_ACTIVE_USERS(number(IntendedUse::dailyActiveUsers, IntendedUse.Builder::dailyActiveUsers)),
    MONTHLY_REVENUE(number(IntendedUse::monthlyRevenue, IntendedUse.Builder::monthlyRevenue));

    private static final Pattern SEPARATOR = Pattern.compile("[,+\\s]+");

    @SuppressWarnings("ImmutableEnumChecker") // functions without state
    private final Form form;

    Fact(Form form) {
        this.form = form;
    }

    /**
     * How a fact is read and written.
     *
     * @param said its value in words, when it is there
     * @param put a use's facts with another value; refuses a text that is none with {@link IllegalArgumentException}
     * @param wanted what a value looks like, for a person
     */
    private record Form(
            Function<IntendedUse, Optional<String>> said,
            BiConsumer<IntendedUse.Builder, Optional<String>> put,
            String wanted) {}

    /** The key of an assessment file, such as {@code monthly-active-users}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The fact of this key. */
    public static Optional<Fact> of(String key) {
        return Arrays.stream(values()).filter(fact -> fact.key().equals(key)).findFirst();
    }

    /** Its value, when it was said. */
    public Optional<String> said(IntendedUse use) {
        return form.said.apply(use);
    }

    /** The use without this fact. */
    public IntendedUse without(IntendedUse use) {
        IntendedUse.Builder builder = use.toBuilder();
        form.put.accept(builder, Optional.empty());
        return builder.build();
    }

    /**
     * The use with this fact.
     *
     * @throws StoaException of kind {@code USER} when the value is none or contradicts another fact
     */
    public IntendedUse with(IntendedUse use, String value) {
        return facts(use, Map.of(this, value));
    }

    /**
     * The use with these facts, put in together: they may contradict those that they replace.
     *
     * @throws StoaException of kind {@code USER} when a value is none or contradicts another fact
     */
    public static IntendedUse facts(IntendedUse use, Map<Fact, String> values) {
        IntendedUse.Builder builder = use.toBuilder();
        values.forEach((fact, value) -> {
            try {
                fact.form.put.accept(builder, Optional.of(value.strip()));
            } catch (IllegalArgumentException | DateTimeParseException e) {
                throw new StoaException(
                        StoaException.Kind.USER,
                        "%s is %s, not \"%s\"".formatted(fact.key(), fact.form.wanted, value),
                        e);
            }
        });
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new StoaException(StoaException.Kind.USER, "facts about the use: " + e.getMessage(), e);
        }
    }

    /**
     * The use with these facts, and without the others that they contradict: who names another number of users takes back
     * what was said about a part of it.
     *
     * @throws StoaException of kind {@code USER} when a value is none, or the values contradict each other
     */
    static IntendedUse replaced(IntendedUse use, Map<Fact, String> values) {
        IntendedUse.Builder builder = use.toBuilder();
        if ("false".equals(values.get(OUTPUTS_TRAIN_MODELS))) {
            builder.outputsTrain(Set.of()).distilled(Optional.empty());
        }
        if (values.containsKey(OUTPUTS_TRAIN) || "true".equals(values.get(DISTILLED))) {
            builder.outputsTrainModels(Optional.of(true));
        }
        if (values.containsKey(TERRITORIES)) {
            builder.domicile(Optional.empty());
        }
        if (values.containsKey(DOMICILE)) {
            builder.territories(Set.of());
        }
        if (values.containsKey(MONTHLY_ACTIVE_USERS)) {
            builder.productMonthlyActiveUsers(OptionalLong.empty())
                    .dailyActiveUsers(OptionalLong.empty())
                    .monthlyActiveUsersOn(new TreeMap<>());
        }
        boolean part = values.containsKey(PRODUCT_MONTHLY_ACTIVE_USERS)
                || values.containsKey(DAILY_ACTIVE_USERS)
                || values.containsKey(MONTHLY_ACTIVE_USERS_ON);
        if (part) {
            builder.monthlyActiveUsers(OptionalLong.empty());
        }
        if (values.containsKey(ANNUAL_REVENUE)) {
            builder.monthlyRevenue(OptionalLong.empty());
        }
        if (values.containsKey(MONTHLY_REVENUE)) {
            builder.annualRevenue(OptionalLong.empty());
        }
        return facts(builder.build(), values);
    }

    private static Form truth(
            Function<IntendedUse, Optional<Boolean>> get, BiConsumer<IntendedUse.Builder, Optional<Boolean>> put) {
        return new Form(
                use -> get.apply(use).map(String::valueOf),
                (builder, value) -> put.accept(builder, value.map(Fact::truth)),
                "true or false");
    }

    private static boolean truth(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes" -> true;
            case "false", "no" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Form number(
            Function<IntendedUse, OptionalLong> get, BiConsumer<IntendedUse.Builder, OptionalLong> put) {
        return new Form(
                use -> get.apply(use).isPresent()
                        ? Optional.of(String.valueOf(get.apply(use).getAsLong()))
                        : Optional.empty(),
                (builder, value) -> put.accept(
                        builder, value.map(text -> OptionalLong.of(whole(text))).orElse(OptionalLong.empty())),
                "a whole number");
    }

    private static long whole(String text) {
        return Long.parseLong(text.replace("_", ""));
    }

    private static <E extends Enum<E>> Form constant(
            Class<E> type, Function<IntendedUse, Optional<E>> get, BiConsumer<IntendedUse.Builder, Optional<E>> put) {
        return new Form(
                use -> get.apply(use).map(Fact::word),
                (builder, value) -> put.accept(builder, value.map(text -> constant(type, text))),
                "one of "
                        + Arrays.stream(type.getEnumConstants()).map(Fact::word).collect(Collectors.joining(", ")));
    }

    private static Form words(
            Function<IntendedUse, Set<String>> get,
            BiConsumer<IntendedUse.Builder, Set<String>> put,
            String pattern,
            String example) {
        return new Form(
                use -> get.apply(use).isEmpty() ? Optional.empty() : Optional.of(list(get.apply(use))),
                (builder, value) -> {
                    Set<String> words = value.map(Fact::split).orElse(Set.of());
                    if (value.isPresent()
                            && (words.isEmpty() || !words.stream().allMatch(word -> word.matches(pattern)))) {
                        throw new IllegalArgumentException(pattern);
                    }
                    put.accept(builder, words);
                },
                "words such as " + example);
    }

    private static Form domains() {
        return new Form(
                use -> use.domains()
                        .map(all -> list(all.stream().map(Fact::word).toList())),
                (builder, value) -> builder.domains(value.map(text -> split(text).stream()
                        .map(word -> constant(Domain.class, word))
                        .collect(Collectors.toSet()))),
                "[] or some of "
                        + Arrays.stream(Domain.values()).map(Fact::word).collect(Collectors.joining(", ")));
    }

    private static Form domicile() {
        return new Form(
                IntendedUse::domicile,
                (builder, value) -> builder.domicile(value.map(text -> {
                    if (!text.matches("[A-Z]{2}")) {
                        throw new IllegalArgumentException(text);
                    }
                    return text;
                })),
                "an ISO 3166 code, such as DE");
    }

    private static Form counts() {
        return new Form(
                use -> use.monthlyActiveUsersOn().isEmpty()
                        ? Optional.empty()
                        : Optional.of(use.monthlyActiveUsersOn().entrySet().stream()
                                .map(count -> count.getKey() + ":" + count.getValue())
                                .collect(Collectors.joining(" "))),
                (builder, value) -> {
                    Map<LocalDate, Long> counts = new TreeMap<>();
                    for (String count : value.map(Fact::split).orElse(Set.of())) {
                        int colon = count.indexOf(':');
                        if (colon < 0) {
                            throw new IllegalArgumentException(count);
                        }
                        counts.put(LocalDate.parse(count.substring(0, colon)), whole(count.substring(colon + 1)));
                    }
                    builder.monthlyActiveUsersOn(counts);
                },
                "days with counts, such as 2024-07-23:12000");
    }

    private static Set<String> split(String text) {
        String inner = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        return SEPARATOR
                .splitAsStream(inner)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static String list(Collection<String> words) {
        return List.copyOf(words).toString();
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String word) {
        return Enum.valueOf(type, word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
