package io.stoa.benchmark.judge;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Set;

/**
 * What a judge is asked about two answers.
 *
 * @param text with <code>{question}</code>, <code>{first}</code> and <code>{second}</code>; it must ask for {@code first},
 *     {@code second} or {@code tie} in the rule's form
 * @param rule where the verdict is read
 */
public record PairPrompt(String text, VerdictRule rule) {
    public PairPrompt {
        requireNonNull(rule, "rule");
        new Template(text).require(Set.of("question", "first", "second"));
    }

    String about(String question, String first, String second) {
        return new Template(text).fill(Map.of("question", question, "first", first, "second", second));
    }
}
