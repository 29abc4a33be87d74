package io.stoa.license.lineage;

import io.stoa.license.clause.Licenses;
import io.stoa.model.FrontMatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The front matter of a model card: YAML between a first line of three dashes and the next one, as Hugging Face defines it.
 * Of it, {@code license} (a string or a list), {@code license_name}, {@code license_link} and {@code base_model} (a string or
 * a list) are read. See https://huggingface.co/docs/hub/model-cards.
 *
 * @param bases the models that it was made from
 * @param claims what it says about the licence; a card that cannot be read makes a doubtful claim
 */
record ModelCard(List<String> bases, List<Claim> claims) {
    private static final int LARGEST_FRONT_MATTER = 64 * 1024;
    private static final int MOST_ALIASES = 10;
    private static final int DEEPEST = 50;

    ModelCard {
        bases = List.copyOf(bases);
        claims = List.copyOf(claims);
    }

    /** Whether a text starts like a card. */
    static boolean isOne(String text) {
        return FrontMatter.isIn(text);
    }

    static ModelCard read(String source, String text, Licenses licenses) {
        Optional<FrontMatter> cut = FrontMatter.of(text);
        if (cut.isEmpty()) {
            return unreadable(source, "starts with front matter that never ends");
        }
        List<String> front = cut.get().lines();
        String yaml = cut.get().yaml();
        if (yaml.length() > LARGEST_FRONT_MATTER) {
            return unreadable(source, "has front matter of more than 64 KiB");
        }
        LoadSettings settings = LoadSettings.builder()
                .setLabel(source)
                .setCodePointLimit(LARGEST_FRONT_MATTER)
                .setMaxAliasesForCollections(MOST_ALIASES)
                .setAllowDuplicateKeys(false)
                .build();
        Object root;
        try {
            if (isDeep(settings, yaml)) {
                return unreadable(source, "has front matter that is nested too deeply, or holds itself");
            }
            root = new Load(settings).loadFromString(yaml);
        } catch (YamlEngineException e) {
            return unreadable(source, "has front matter that is not valid YAML");
        }
        return switch (root) {
            case null -> new ModelCard(List.of(), List.of());
            case Map<?, ?> map -> of(source, map, front, licenses);
            default -> unreadable(source, "has front matter that is not keys and values");
        };
    }

    private static ModelCard of(String source, Map<?, ?> map, List<String> front, Licenses licenses) {
        Optional<String> name = text(map, "license_name");
        Optional<String> link = text(map, "license_link");
        List<Claim> claims = new ArrayList<>();
        for (Object license : values(map, "license")) {
            Declaration said = new Declaration(source, place("license", front), String.valueOf(license), name, link);
            claims.addAll(said.claims(licenses));
        }
        if (claims.isEmpty() && (name.isPresent() || link.isPresent())) {
            claims.addAll(new Declaration(source, place("license_name", front), Declaration.OTHER, name, link)
                    .claims(licenses));
        }
        List<String> bases =
                values(map, "base_model").stream().map(String::valueOf).toList();
        return new ModelCard(bases, claims);
    }

    private static ModelCard unreadable(String source, String why) {
        return new ModelCard(
                List.of(),
                List.of(Claim.doubtful(Claim.Kind.DECLARED, source, "front matter", "nothing readable", why)));
    }

    private static List<Object> values(Map<?, ?> map, String key) {
        return switch (map.get(key)) {
            case null -> List.of();
            case List<?> list -> List.copyOf(list);
            case Object single -> List.of(single);
        };
    }

    private static Optional<String> text(Map<?, ?> map, String key) {
        return Optional.ofNullable(map.get(key)).map(String::valueOf).filter(value -> !value.isBlank());
    }

    private static String place(String key, List<String> front) {
        for (int i = 0; i < front.size(); i++) {
            if (front.get(i).startsWith(key + ":")) {
                // the first line of the file is the fence
                return key + ", line " + (i + 2);
            }
        }
        return key;
    }

    /**
     * The parser of events keeps its own stack, while what builds values from them, and what writes them, recurses: so depth
     * is tested first. What holds itself by way of an alias is without end.
     */
    private static boolean isDeep(LoadSettings settings, String yaml) {
        Deque<Optional<Anchor>> open = new ArrayDeque<>();
        for (Event event : new Parse(settings).parseString(yaml)) {
            if (event instanceof CollectionStartEvent start) {
                open.push(start.getAnchor());
            } else if (event instanceof CollectionEndEvent) {
                open.pop();
            } else if (event instanceof AliasEvent alias && open.contains(Optional.of(alias.getAlias()))) {
                return true;
            }
            if (open.size() > DEEPEST) {
                return true;
            }
        }
        return false;
    }
}
