package io.stoa.benchmark.toolcall;

import java.util.Optional;

/**
 * The declared type of a parameter, checked to be one of its language.
 *
 * @param type such as {@code integer} or {@code ArrayList}
 * @param elements the type of the elements, where there are any
 */
public record Parameter(Language language, String type, Optional<String> elements) {
    public Parameter {
        check(language, type);
        elements.ifPresent(element -> check(language, element));
        if (elements.isPresent() != language.hasElements(type)) {
            throw new IllegalArgumentException(
                    elements.isPresent()
                            ? type + " has no elements whose type is checked"
                            : "the type of the elements (items.type) is missing for " + type);
        }
    }

    private static void check(Language language, String type) {
        if (language.type(type).isEmpty()) {
            throw new IllegalArgumentException("no type of " + language + " in BFCL: \"" + type + "\"");
        }
    }

    ValueType expected() {
        return language.type(type).orElseThrow();
    }

    Optional<ValueType> expectedElements() {
        return elements.flatMap(language::type);
    }
}
