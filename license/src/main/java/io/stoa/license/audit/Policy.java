package io.stoa.license.audit;

import static java.util.Objects.requireNonNull;

import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.compat.CompatibilityRules;
import io.stoa.license.lineage.BoundedYaml;
import io.stoa.license.use.Fact;
import io.stoa.model.IntendedUse;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an organization lets in. A YAML file with the keys {@code allow} and {@code deny} (lists of licences), {@code
 * deny-categories} (see {@link Category}), {@code dropped-terms} ({@code fail} or {@code note}), {@code use} (facts under
 * the keys of stoa.yaml) and {@code exceptions}, each with {@code model} ({@code *} stands for anything), {@code reason},
 * {@code expires} (a day) and, where it covers some findings only, {@code rules}.
 *
 * @param source the file
 * @param allowed the only licences that are let in; all that nothing denies when empty
 * @param denied ids, and names in lower case of licences that Stoa does not know
 * @param categories kinds of licences that are not let in
 * @param notesDropped whether dropped terms of a base are only noted
 * @param use how the models are to be used, when it is said
 * @param exceptions what is let in for a time
 */
public record Policy(
        String source,
        Set<String> allowed,
        Set<String> denied,
        Set<Category> categories,
        boolean notesDropped,
        Optional<IntendedUse> use,
        List<Exemption> exceptions) {
    private static final List<String> KEYS =
            List.of("allow", "deny", "deny-categories", "dropped-terms", "use", "exceptions");
    private static final List<String> EXCEPTION_KEYS = List.of("model", "rules", "reason", "expires");
    private static final int MOST_EXCEPTIONS = 10_000;

    /**
     * Something that is let in for a time.
     *
     * @param model matches names of models
     * @param rules the findings that it covers; all when empty
     * @param reason why
     * @param expires the last day on which it holds
     */
    public record Exemption(Pattern model, Set<Rule> rules, String reason, LocalDate expires) {
        public Exemption {
            requireNonNull(model, "model");
            requireNonNull(expires, "expires");
            rules = Set.copyOf(rules);
            if (reason.isBlank()) {
                throw new IllegalArgumentException("an exception has a reason");
            }
        }

        boolean covers(String name, Rule rule) {
            return (rules.isEmpty() || rules.contains(rule))
                    && model.matcher(name).matches();
        }
    }

    public Policy {
        requireNonNull(source, "source");
        requireNonNull(use, "use");
        allowed = Set.copyOf(allowed);
        denied = Set.copyOf(denied);
        categories = Set.copyOf(categories);
        exceptions = List.copyOf(exceptions);
    }

    /**
     * Reads a policy.
     *
     * @throws StoaException of kind {@code USER} that names the file and what is wrong with it
     */
    public static Policy read(Path file, Licenses licenses) {
        return of(file.toString(), Licenses.text(Licenses.read(file)), licenses);
    }

    static Policy of(String source, String yaml, Licenses licenses) {
        try {
            Map<?, ?> root = BoundedYaml.read(source, yaml);
            if (root.isEmpty()) {
                throw new IllegalArgumentException("without a key, which lets everything in");
            }
            return new Reader(source, licenses).policy(root);
        } catch (IllegalArgumentException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    source + ": is a file " + e.getMessage() + "; see `stoa license audit --help`",
                    e);
        }
    }

    /** Whether a licence is let in. */
    boolean allows(String license) {
        return !denied.contains(license) && (allowed.isEmpty() || allowed.contains(license));
    }

    /** Reads the parts of a policy and says where one is wrong. */
    private record Reader(String source, Licenses licenses) {
        Policy policy(Map<?, ?> root) {
            refuseUnknown(root, KEYS, "a policy");
            List<Exemption> exceptions = new ArrayList<>();
            for (Object exception : list(root, "exceptions")) {
                exceptions.add(exception(map(exception, "exceptions")));
            }
            if (exceptions.size() > MOST_EXCEPTIONS) {
                throw wrong("has more than %,d exceptions".formatted(MOST_EXCEPTIONS));
            }
            Optional<Object> dropped = Optional.ofNullable(root.get("dropped-terms"));
            if (dropped.isPresent() && !Set.of("fail", "note").contains(dropped.get())) {
                throw wrong("dropped-terms is fail or note, not \"%s\"".formatted(dropped.get()));
            }
            return new Policy(
                    source,
                    licenses(root, "allow"),
                    licenses(root, "deny"),
                    categories(root),
                    dropped.equals(Optional.of("note")),
                    Optional.ofNullable(root.get("use")).map(use -> use(map(use, "use"))),
                    exceptions);
        }

        private Set<String> licenses(Map<?, ?> root, String key) {
            Set<String> known = new CompatibilityRules().known();
            Set<String> ids = new TreeSet<>();
            for (Object said : list(root, key)) {
                String name = String.valueOf(said);
                Optional<String> id = licenses.find(name)
                        .map(License::id)
                        .or(() -> known.stream().filter(name::equalsIgnoreCase).findFirst());
                ids.add(id.orElseThrow(
                        () -> wrong("%s names %s, a licence that is not known%s; `stoa license` lists the known ones"
                                .formatted(key, name, licenses.hint(name)))));
            }
            return ids;
        }

        private Set<Category> categories(Map<?, ?> root) {
            Set<Category> categories = EnumSet.noneOf(Category.class);
            for (Object said : list(root, "deny-categories")) {
                List<String> keys =
                        Arrays.stream(Category.values()).map(Category::key).toList();
                if (!keys.contains(String.valueOf(said))) {
                    throw wrong("deny-categories has %s%s; there are %s"
                            .formatted(said, near(said, keys), String.join(", ", keys)));
                }
                Arrays.stream(Category.values())
                        .filter(category -> category.key().equals(said))
                        .forEach(categories::add);
            }
            return categories;
        }

        private IntendedUse use(Map<?, ?> facts) {
            Map<Fact, String> said = new EnumMap<>(Fact.class);
            List<String> keys = Arrays.stream(Fact.values()).map(Fact::key).toList();
            facts.forEach((key, value) -> {
                Fact fact = Fact.of(String.valueOf(key))
                        .orElseThrow(() -> wrong("use has no key %s%s; there are %s"
                                .formatted(key, near(key, keys), String.join(", ", keys))));
                said.put(fact, written(value));
            });
            try {
                return Fact.facts(IntendedUse.of("as the policy says").build(), said);
            } catch (StoaException e) {
                throw new StoaException(StoaException.Kind.USER, source + ": use: " + e.getMessage(), e);
            }
        }

        /** A value as the command line would write it. */
        private static String written(Object value) {
            return switch (value) {
                case List<?> list -> list.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
                case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(entry -> entry.getKey() + ":" + entry.getValue())
                            .collect(Collectors.joining(" "));
                default -> String.valueOf(value);
            };
        }

        private Exemption exception(Map<?, ?> exception) {
            refuseUnknown(exception, EXCEPTION_KEYS, "an exception");
            String model = string(exception, "model");
            Set<Rule> rules = EnumSet.noneOf(Rule.class);
            List<String> ids = Arrays.stream(Rule.values()).map(Rule::id).toList();
            for (Object said : list(exception, "rules")) {
                if (!ids.contains(String.valueOf(said))) {
                    throw wrong("the exception for %s has the rule %s%s; there are %s"
                            .formatted(model, said, near(said, ids), String.join(", ", ids)));
                }
                Arrays.stream(Rule.values())
                        .filter(rule -> rule.id().equals(said))
                        .forEach(rules::add);
            }
            String expires = string(exception, "expires");
            try {
                return new Exemption(glob(model), rules, string(exception, "reason"), LocalDate.parse(expires));
            } catch (DateTimeParseException e) {
                throw new StoaException(
                        StoaException.Kind.USER,
                        "%s: the exception for %s expires on %s, which is no day such as 2027-01-31"
                                .formatted(source, model, expires),
                        e);
            }
        }

        /** Stars in a row are one: nothing is matched in more ways than it takes. */
        private static Pattern glob(String model) {
            return Pattern.compile(
                    Arrays.stream(model.replaceAll("\\*+", "*").split("\\*", -1))
                            .map(Pattern::quote)
                            .collect(Collectors.joining(".*")),
                    Pattern.CASE_INSENSITIVE);
        }

        private String string(Map<?, ?> map, String key) {
            return Optional.ofNullable(map.get(key))
                    .map(String::valueOf)
                    .filter(value -> !value.isBlank())
                    .orElseThrow(() ->
                            wrong("an exception has no \"%s\"; it needs model, reason and expires".formatted(key)));
        }

        private List<?> list(Map<?, ?> map, String key) {
            return switch (map.get(key)) {
                case null -> List.of();
                case List<?> list -> list;
                case Object other -> throw wrong("%s is a list, such as [mit], not %s".formatted(key, other));
            };
        }

        private Map<?, ?> map(Object value, String key) {
            if (value instanceof Map<?, ?> map) {
                return map;
            }
            throw wrong("%s has keys and values, not %s".formatted(key, value));
        }

        private void refuseUnknown(Map<?, ?> map, List<String> known, String what) {
            for (Object key : map.keySet()) {
                if (!known.contains(String.valueOf(key))) {
                    throw wrong("%s has no key %s%s; the keys are %s"
                            .formatted(what, key, near(key, known), String.join(", ", known)));
                }
            }
        }

        private static String near(Object said, List<String> known) {
            String word = String.valueOf(said).toLowerCase(Locale.ROOT);
            return word.length() > 100 ? "" : Spelling.hint(word, known).orElse("");
        }

        private StoaException wrong(String what) {
            return StoaException.user(source + ": " + what);
        }
    }
}
