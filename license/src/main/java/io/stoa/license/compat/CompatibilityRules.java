package io.stoa.license.compat;

import io.stoa.license.compat.Compatibility.Answer;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The rule base for combinations of licences. Immutable, safe to share. */
public final class CompatibilityRules {
    private static final String RESOURCE = "/io/stoa/license/compat/rules.yaml";
    private static final Set<String> KEYS = Set.of("how", "a", "b", "either", "same", "commercial", "answer", "why");

    private final Set<String> known;
    private final Set<String> ownFamilyOnly;
    private final List<Rule> rules;

    /** Reads the rules that are shipped with Stoa. */
    public CompatibilityRules() {
        Map<?, ?> root = (Map<?, ?>)
                new Load(LoadSettings.builder().setLabel("compat/rules.yaml").build()).loadFromString(text());
        Map<String, Set<String>> groups = groups((Map<?, ?>) required(root, "groups"));
        this.known = groups.values().stream().flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
        this.ownFamilyOnly = Set.copyOf(groups.getOrDefault("own-family-only", Set.of()));
        List<Rule> read = new ArrayList<>();
        for (Object rule : (List<?>) required(root, "rules")) {
            read.add(rule((Map<?, ?>) rule, groups));
        }
        this.rules = List.copyOf(read);
    }

    /**
     * A rule; an absent side fits every licence that some group holds.
     *
     * @param either whether the sides may be exchanged
     */
    private record Rule(
            Set<Way> ways,
            Optional<Set<String>> a,
            Optional<Set<String>> b,
            boolean either,
            Optional<Boolean> same,
            Optional<Boolean> commercial,
            Answer answer,
            String why) {
        boolean fits(Way way, String first, String second, boolean money) {
            return ways.contains(way)
                    && same.map(wanted -> wanted == first.equals(second)).orElse(true)
                    && commercial.map(wanted -> wanted == money).orElse(true)
                    && (fits(first, second) || (either && fits(second, first)));
        }

        private boolean fits(String first, String second) {
            return a.map(ids -> ids.contains(first)).orElse(true)
                    && b.map(ids -> ids.contains(second)).orElse(true);
        }
    }

    /** The ids of the licences that some rule is about. */
    public Set<String> known() {
        return known;
    }

    /** Whether a licence lets its models improve none but models under it: a merge with anything else is barred. */
    public boolean ownFamilyOnly(String license) {
        return ownFamilyOnly.contains(license);
    }

    /**
     * Whether two licences can be combined.
     *
     * @param way how
     * @param first the id of the first licence
     * @param second the id of the second licence
     * @param commercial whether the purpose is commercial
     */
    public Compatibility of(Way way, String first, String second, boolean commercial) {
        List<String> strangers = List.of(first, second).stream()
                .distinct()
                .filter(id -> !known.contains(id))
                .toList();
        if (!strangers.isEmpty()) {
            return new Compatibility(
                    Answer.UNKNOWN,
                    "no rule is about " + String.join(" and ", strangers) + "; have a lawyer compare the texts");
        }
        return rules.stream()
                .filter(rule -> rule.fits(way, first, second, commercial))
                .findFirst()
                .map(rule -> new Compatibility(rule.answer, rule.why))
                .orElseGet(() -> new Compatibility(
                        Answer.UNKNOWN, "no rule is about this pair; have a lawyer compare the texts"));
    }

    private static Rule rule(Map<?, ?> rule, Map<String, Set<String>> groups) {
        Set<String> unknown = new TreeSet<>();
        rule.keySet().forEach(key -> unknown.add(String.valueOf(key)));
        unknown.removeAll(KEYS);
        if (!unknown.isEmpty()) {
            throw StoaException.bug("compat/rules.yaml: unknown keys " + unknown);
        }
        return new Rule(
                texts(required(rule, "how")).stream()
                        .map(way -> Way.valueOf(constant(way)))
                        .collect(Collectors.toUnmodifiableSet()),
                side(rule.get("a"), groups),
                side(rule.get("b"), groups),
                Boolean.TRUE.equals(rule.get("either")),
                Optional.ofNullable((Boolean) rule.get("same")),
                Optional.ofNullable((Boolean) rule.get("commercial")),
                Answer.valueOf(constant(String.valueOf(required(rule, "answer")))),
                String.valueOf(required(rule, "why")));
    }

    /** Names of groups, and ids of licences that some group holds. */
    private static Optional<Set<String>> side(@Nullable Object names, Map<String, Set<String>> groups) {
        if (names == null) {
            return Optional.empty();
        }
        Set<String> ids = new HashSet<>();
        for (String name : texts(names)) {
            if (groups.containsKey(name)) {
                ids.addAll(groups.getOrDefault(name, Set.of()));
            } else if (groups.values().stream().anyMatch(group -> group.contains(name))) {
                ids.add(name);
            } else {
                throw StoaException.bug("compat/rules.yaml: neither a group nor a licence of one: " + name);
            }
        }
        return Optional.of(Set.copyOf(ids));
    }

    /** A group may only hold groups that were written before it, so that none can hold itself. */
    private static Map<String, Set<String>> groups(Map<?, ?> written) {
        Map<String, Set<String>> groups = new LinkedHashMap<>();
        written.forEach((name, members) -> {
            Set<String> ids = new TreeSet<>();
            for (String member : texts(members)) {
                if (!member.startsWith("@")) {
                    ids.add(member);
                } else if (groups.containsKey(member.substring(1))) {
                    ids.addAll(groups.getOrDefault(member.substring(1), Set.of()));
                } else {
                    throw StoaException.bug(
                            "compat/rules.yaml: group " + name + " holds " + member + " before it is written");
                }
            }
            groups.put(String.valueOf(name), ids);
        });
        return groups;
    }

    private static List<String> texts(Object value) {
        return value instanceof Collection<?> several
                ? several.stream().map(String::valueOf).toList()
                : List.of(String.valueOf(value));
    }

    private static Object required(Map<?, ?> map, String key) {
        Object value = map.get(key);
        if (value == null) {
            throw StoaException.bug("compat/rules.yaml: \"" + key + "\" is missing in " + map);
        }
        return value;
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static String text() {
        try (InputStream in = CompatibilityRules.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw StoaException.bug("resource " + RESOURCE + " is missing from the licence module");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.BUG, "resource " + RESOURCE + " cannot be read", e);
        }
    }
}
