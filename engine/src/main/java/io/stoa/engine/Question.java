package io.stoa.engine;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What {@link Engine#scoreAll} is asked: how likely each continuation of a prompt is.
 *
 * @param continuations none of them empty
 */
public record Question(Prompt prompt, List<String> continuations) {
    public Question {
        requireNonNull(prompt, "prompt");
        continuations = List.copyOf(continuations);
        if (continuations.contains("")) {
            throw new IllegalArgumentException("an empty continuation has no likelihood");
        }
    }
}
