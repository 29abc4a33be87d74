package io.stoa.license.lineage;

import io.stoa.license.clause.Licenses;
import io.stoa.model.FrontMatter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The front matter of a model card: YAML between a first line of three dashes and the next one, as Hugging Face defines it.
 * Of it, {@code license} (a string or a list), {@code license_name}, {@code license_link}, {@code base_model} (a string or a
 * list), {@code datasets} and names of teachers are read, and of the prose below which models' outputs it was trained on.
 * See https://huggingface.co/docs/hub/model-cards.
 *
 * @param bases the models that it was made from
 * @param teachers the models whose outputs it was trained on, as far as the card tells
 * @param claims what it says about the licence; a card that cannot be read makes a doubtful claim
 */
record ModelCard(List<String> bases, List<String> teachers, List<Claim> claims) {
    private static final List<String> TEACHER_KEYS =
            List.of("teacher", "teachers", "teacher_model", "teacher_models", "distilled_from");

    /** More names than this in one key are not a lineage. */
    private static final int MOST_NAMES = 64;

    ModelCard {
        bases = List.copyOf(bases);
        teachers = List.copyOf(teachers);
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
        try {
            return of(source, BoundedYaml.read(source, cut.get().yaml()), front, text, licenses);
        } catch (IllegalArgumentException e) {
            return unreadable(source, "has front matter " + e.getMessage());
        }
    }

    private static ModelCard of(String source, Map<?, ?> map, List<String> front, String body, Licenses licenses) {
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
        Set<String> teachers = new LinkedHashSet<>();
        TEACHER_KEYS.forEach(key -> teachers.addAll(names(map, key)));
        names(map, "datasets").forEach(dataset -> Teachers.ofDataset(dataset).ifPresent(teachers::add));
        teachers.addAll(Teachers.inProse(body));
        return new ModelCard(names(map, "base_model"), List.copyOf(teachers), claims);
    }

    private static ModelCard unreadable(String source, String why) {
        return new ModelCard(
                List.of(),
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

    private static List<String> names(Map<?, ?> map, String key) {
        return values(map, key).stream().limit(MOST_NAMES).map(String::valueOf).toList();
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
}
