package io.stoa.model;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What its user knows about a model and no file has to tell.
 *
 * @param role what it does among the models that are used together
 * @param teachers the models whose outputs trained it, as their publishers call them, such as {@code
 *     meta-llama/Llama-3.1-70B-Instruct}
 */
public record Disclosure(Role role, List<String> teachers) {
    /** It answers by itself, and nothing is known about teachers. */
    public static final Disclosure NONE = new Disclosure(Role.GENERATOR, List.of());

    public Disclosure {
        requireNonNull(role, "role");
        teachers = List.copyOf(teachers);
        if (teachers.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("a teacher has a name: " + teachers);
        }
    }
}
