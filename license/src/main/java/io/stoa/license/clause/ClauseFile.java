package io.stoa.license.clause;

import io.stoa.license.text.Quote;
import io.stoa.model.IntendedUse.Distribution;
import io.stoa.model.IntendedUse.Domain;
import io.stoa.model.IntendedUse.Entity;
import io.stoa.model.StoaException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Reads one licence of the knowledge base.
 *
 * <p>The YAML has the keys of {@link License} in lower case with dashes. A clause has {@code topic}, {@code effect}, {@code
 * says}, {@code section}, {@code reliability} ({@code read} or {@code secondary}), {@code remedy} where something is to be
 * done, and {@code when}: any of {@code commercial}, {@code modified}, {@code outputs-train-models}, {@code multimodal},
 * {@code production}, {@code registered}, {@code guardrails-weakened}, {@code distilled} (true or false), {@code
 * distribution}, {@code entity}, {@code domain}, {@code territory} (lists), {@code domicile} ({@code EU}), {@code
 * outputs-train} ({@code family}: a name, or {@code other} with {@code than}: the licence's own families, by default those
 * that its aliases name), {@code any-of} (a list of such mappings) and {@code beyond} ({@code metric}, {@code limit}, {@code
 * bound}: exclusive or inclusive, {@code test}: one-off or continuous, {@code date} or {@code unknown}, {@code of}: product,
 * licensee or licensee-and-affiliates). An unknown key is refused, so that a misspelt condition cannot become no condition.
 *
 * <p>A clause may have {@code read} (a date; without it the licence's), {@code quote} ({@code start}, {@code words}, {@code
 * sha256}, see {@link Quote}) and {@code provides}, a {@link Provision} or a list of them, each one of {@code {notice:
 * sentence}}, {@code {display: text, at: [places]}}, {@code {name-prefix: text}}, {@code {copy: agreement}} or {@code {copy:
 * policy, url: address}}, {@code {changes: marked}}, {@code {notices: kept}}, {@code {terms: enforceable}} and {@code
 * {documentation: of what}}.
 */
final class ClauseFile {
    private static final Set<String> LICENSE_KEYS = Set.of(
            "id",
            "name",
            "dated",
            "source",
            "read",
            "aliases",
            "titles",
            "links",
            "publisher",
            "models",
            "notice",
            "flows-down",
            "clauses");
    private static final Set<String> CLAUSE_KEYS =
            Set.of("topic", "effect", "when", "says", "remedy", "provides", "section", "quote", "reliability", "read");

    /** Words of a clause of which nothing is known. */
    private static final Pattern NOT_READ =
            Pattern.compile("\\b(?:not (?:been )?(?:read|known|seen)|unread|second-hand)\\b");

    private final String name;
    private final Map<?, ?> root;

    ClauseFile(String name, String yaml) {
        this.name = name;
        this.root = map(new Load(LoadSettings.builder().setLabel(name).build()).loadFromString(yaml));
    }

    License license() {
        refuseUnknown(root, LICENSE_KEYS);
        List<Clause> clauses = new ArrayList<>();
        LocalDate read = LocalDate.parse(string(root, "read"));
        for (Object clause : list(root, "clauses")) {
            clauses.add(clause(map(clause), read));
        }
        return new License(
                string(root, "id"),
                string(root, "name"),
                optional(root, "dated"),
                string(root, "source"),
                read,
                strings(root, "aliases"),
                strings(root, "titles"),
                strings(root, "links"),
                optional(root, "publisher"),
                optional(root, "models").map(Pattern::compile),
                optional(root, "notice"),
                truth(root.get("flows-down")),
                clauses);
    }

    private Clause clause(Map<?, ?> clause, LocalDate read) {
        refuseUnknown(clause, CLAUSE_KEYS);
        List<Condition> when = clause.get("when") == null ? List.of() : conditions(map(clause.get("when")));
        Effect effect = constant(Effect.class, string(clause, "effect"));
        if (effect.compareTo(Effect.DUTY) < 0
                && NOT_READ.matcher(string(clause, "says")).find()) {
            throw wrong("what was not read is unclear, and permits nothing: " + clause);
        }
        return new Clause(
                constant(Topic.class, string(clause, "topic")),
                effect,
                when,
                string(clause, "says"),
                optional(clause, "remedy"),
                provisions(clause),
                string(clause, "section"),
                Optional.ofNullable(clause.get("quote")).map(quote -> quote(map(quote))),
                constant(Reliability.class, string(clause, "reliability")),
                optional(clause, "read").map(LocalDate::parse).orElse(read));
    }

    private Quote quote(Map<?, ?> quote) {
        refuseUnknown(quote, Set.of("start", "words", "sha256"));
        return new Quote(string(quote, "start"), Integer.parseInt(string(quote, "words")), string(quote, "sha256"));
    }

    /** One provision, or a list of them. */
    private List<Provision> provisions(Map<?, ?> clause) {
        return clause.get("provides") instanceof Map<?, ?> one
                ? List.of(provision(one))
                : list(clause, "provides").stream()
                        .map(provision -> provision(map(provision)))
                        .toList();
    }

    private Provision provision(Map<?, ?> provision) {
        if (provision.containsKey("display")) {
            refuseUnknown(provision, Set.of("display", "at"));
            return new Provision.Display(
                    string(provision, "display"),
                    strings(provision, "at").stream()
                            .map(place -> constant(Provision.Place.class, place))
                            .collect(Collectors.toSet()));
        }
        if (provision.containsKey("copy")) {
            refuseUnknown(provision, Set.of("copy", "url"));
            return new Provision.Copy(
                    constant(Provision.Paper.class, string(provision, "copy")), optional(provision, "url"));
        }
        if (provision.size() != 1) {
            throw wrong("a provision has one key, or is a display or a copy: " + provision);
        }
        String key = String.valueOf(provision.keySet().iterator().next());
        String value = string(provision, key);
        return switch (key + ": " + value) {
            case "changes: marked" -> new Provision.ChangesMarked();
            case "notices: kept" -> new Provision.NoticesKept();
            case "terms: enforceable" -> new Provision.EnforceableTerms();
            default ->
                switch (key) {
                    case "notice" -> new Provision.Notice(value);
                    case "name-prefix" -> new Provision.NamePrefix(value);
                    case "documentation" -> new Provision.Documentation(value);
                    default -> throw wrong("unknown provision " + provision);
                };
        };
    }

    private List<Condition> conditions(Map<?, ?> when) {
        List<Condition> conditions = new ArrayList<>();
        when.forEach((key, value) -> conditions.add(condition(String.valueOf(key), value)));
        return conditions;
    }

    private Condition condition(String key, Object value) {
        return switch (key) {
            case "commercial" -> new Condition.Commercial(truth(value));
            case "modified" -> new Condition.Modified(truth(value));
            case "outputs-train-models" -> new Condition.OutputsTrainModels(truth(value));
            case "multimodal" -> new Condition.Multimodal(truth(value));
            case "production" -> new Condition.Production(truth(value));
            case "registered" -> new Condition.Registered(truth(value));
            case "guardrails-weakened" -> new Condition.GuardrailsWeakened(truth(value));
            case "distilled" -> new Condition.Distilled(truth(value));
            case "distribution" -> new Condition.Distributed(constants(Distribution.class, value));
            case "entity" -> new Condition.EntityIs(constants(Entity.class, value));
            case "domain" -> new Condition.InDomain(constants(Domain.class, value));
            case "territory" -> new Condition.InTerritory(territories(value));
            case "domicile" -> {
                if (!"EU".equals(value)) {
                    throw wrong("domicile can only be EU: " + value);
                }
                yield new Condition.InEuropeanUnion();
            }
            case "outputs-train" -> outputsTrain(map(value));
            case "any-of" -> {
                List<List<Condition>> alternatives = new ArrayList<>();
                for (Object alternative : values(value)) {
                    if (map(alternative).containsKey("any-of")) {
                        throw wrong("an any-of inside another one");
                    }
                    alternatives.add(conditions(map(alternative)));
                }
                yield new Condition.AnyOf(alternatives);
            }
            case "beyond" -> beyond(map(value));
            default -> throw wrong("unknown condition \"" + key + "\"");
        };
    }

    private Condition outputsTrain(Map<?, ?> trained) {
        refuseUnknown(trained, Set.of("family", "than"));
        String family = string(trained, "family");
        if (!family.equals("other")) {
            return new Condition.OutputsTrainFamily(family);
        }
        List<String> own = strings(trained, "than");
        return new Condition.OutputsTrainOthers(Set.copyOf(own.isEmpty() ? strings(root, "aliases") : own));
    }

    private Set<String> territories(Object value) {
        Set<String> codes = new TreeSet<>();
        for (Object code : values(value)) {
            if (!String.valueOf(code).matches("[A-Z]{2}")) {
                throw wrong("a territory is EU or an alpha-2 code of ISO 3166, such as KR: " + code);
            }
            codes.add(code.equals("UK") ? "GB" : String.valueOf(code));
        }
        return codes;
    }

    private Condition.Beyond beyond(Map<?, ?> beyond) {
        refuseUnknown(beyond, Set.of("metric", "limit", "bound", "test", "date", "of"));
        String bound = string(beyond, "bound");
        if (!bound.equals("inclusive") && !bound.equals("exclusive")) {
            throw wrong("bound is inclusive or exclusive: " + bound);
        }
        return new Condition.Beyond(
                constant(Condition.Metric.class, string(beyond, "metric")),
                Long.parseLong(string(beyond, "limit")),
                bound.equals("inclusive"),
                constant(Condition.Test.class, string(beyond, "test")),
                optional(beyond, "date").filter(date -> !date.equals("unknown")).map(LocalDate::parse),
                optional(beyond, "of")
                        .map(of -> constant(Condition.Whose.class, of))
                        .orElse(Condition.Whose.LICENSEE_AND_AFFILIATES));
    }

    private void refuseUnknown(Map<?, ?> map, Set<String> known) {
        Set<String> unknown = new TreeSet<>();
        map.keySet().forEach(key -> unknown.add(String.valueOf(key)));
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw wrong("unknown keys " + unknown);
        }
    }

    private Map<?, ?> map(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw wrong("expected keys and values, found " + value);
    }

    private List<?> list(Map<?, ?> map, String key) {
        Object value = map.get(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        throw wrong(key + " is a list");
    }

    private List<?> values(Object value) {
        if (value instanceof List<?> list && !list.isEmpty()) {
            return list;
        }
        throw wrong("expected a list, found " + value);
    }

    private <E extends Enum<E>> Set<E> constants(Class<E> type, Object value) {
        return values(value).stream()
                .map(constant -> constant(type, String.valueOf(constant)))
                .collect(Collectors.toSet());
    }

    private List<String> strings(Map<?, ?> map, String key) {
        return list(map, key).stream().map(String::valueOf).toList();
    }

    private String string(Map<?, ?> map, String key) {
        return optional(map, key).orElseThrow(() -> wrong("\"" + key + "\" is missing in " + map));
    }

    private static Optional<String> optional(Map<?, ?> map, String key) {
        return Optional.ofNullable(map.get(key)).map(String::valueOf);
    }

    private boolean truth(@Nullable Object value) {
        if (value instanceof Boolean truth) {
            return truth;
        }
        throw wrong("expected true or false, found " + value);
    }

    private <E extends Enum<E>> E constant(Class<E> type, String value) {
        try {
            return Enum.valueOf(type, value.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new StoaException(
                    StoaException.Kind.BUG,
                    "clauses of " + name + ": " + value + " is not a " + type.getSimpleName(),
                    e);
        }
    }

    private StoaException wrong(String what) {
        return StoaException.bug("clauses of " + name + ": " + what);
    }
}
